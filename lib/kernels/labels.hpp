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

}  // namespace tapegrad::kernels
