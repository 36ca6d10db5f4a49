// One element of each row, chosen by a label: the loops of losses over classes.
#pragma once

#include <cstdint>

#include "kernels/ref.hpp"

namespace tapegrad::kernels {

/// A row-major array of [rows, classes, columns] and its labels of [rows, columns].
struct Labels {
  std::int64_t rows, classes, columns;
  const std::int64_t* label;
  std::int64_t ignored;

  std::int64_t count() const { return rows * columns; }
  /// Calls f(i, label, place) for each label i that isn't ignored; `place` is its element's.
  template <class F>
  void each(const F& f) const {
    for (std::int64_t r = 0; r < rows; ++r) {
      for (std::int64_t c = 0; c < columns; ++c) {
        const std::int64_t i = r * columns + c;
        if (label[i] != ignored) f(i, label[i], (r * classes + label[i]) * columns + c);
      }
    }
  }
};

/// The factors of an element in the result, and whether each has a result of its own.
struct LabelWeights {
  /// Of each class, in the element type of the array; null where all are 1.
  const std::byte* of_class;
  double scale;
  bool each;
};

/// weight * x for a class, or 0.
template <class T>
struct Weighting {
  const T* of_class;
  explicit Weighting(const LabelWeights& weights)
      : of_class(reinterpret_cast<const T*>(weights.of_class)) {}
  T operator()(std::int64_t label, T x) const {
    if (!of_class) return x;
    return of_class[label] == 0 ? T(0) : of_class[label] * x;
  }
};

// `in` and `out` are row-major, of one floating-point type. A weight of 0 counts for 0, even of an
// infinite element.

/// out = -weight in at the labels, one for each label (0 where it is ignored), or the scaled sum.
void pick_labels(Ref out, Ref in, const Labels& labels, const LabelWeights& weights);
/// out, which holds zeros, = -weight scale in at the labels; `in` has an element for each label or
/// one for all.
void spread_labels(Ref out, Ref in, const Labels& labels, const LabelWeights& weights);

}  // namespace tapegrad::kernels
