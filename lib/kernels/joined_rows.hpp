// Short rows of which some input repeats: several of them at a time, with the repeated elements
// written out, since a row of its own costs a call, as long as some hundred elements take.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "kernels/parallel.hpp"
#include "kernels/walk.hpp"

namespace tapegrad::kernels {

/// For walks of an output and N inputs, all of T, of which the output has no gaps within dimensions
/// 0 and 1.
template <class T, std::size_t N>
class JoinedRows {
  using Arrays = Walk<N + 1>;
  using Pointers = std::array<std::byte*, N + 1>;

 public:
  /// Elements that are computed at once.
  static constexpr std::int64_t room = 4096 / static_cast<std::int64_t>(sizeof(T));

  static bool fits(const Arrays& arrays) {
    if (arrays.rank() < 2) return false;
    const std::int64_t length = arrays.size(0);
    if (length > room / 2 || arrays.size(1) < 4) return false;
    for (std::size_t k = 0; k <= N; ++k) {
      if (!dense(arrays, k) && (k == 0 || !(row(arrays, k) || column(arrays, k)))) return false;
    }
    return true;
  }

  explicit JoinedRows(const Arrays& arrays)
      : arrays_(arrays),
        rows_(std::min(arrays.size(1), room / arrays.size(0))),
        parts_((arrays.size(1) - 1) / rows_ + 1) {}

  /// f(out, in, advance, n) for parts of several rows, in several threads; in as VectorRow takes
  /// it.
  template <class F>
  void run(const F& f) const {
    std::int64_t outer = 1;
    for (std::size_t d = 2; d < arrays_.rank(); ++d) outer *= arrays_.size(d);
    const std::int64_t area = rows_ * arrays_.size(0);
    parallel_for(outer * parts_, std::max<std::int64_t>(1, grain / area),
                 [&](std::int64_t begin, std::int64_t end) {
                   alignas(64) T written[N][static_cast<std::size_t>(room)];
                   for (std::int64_t i = begin; i < end; ++i) {
                     const bool first = i == begin || i % parts_ == 0;
                     part(f, i, first, written);
                   }
                 });
  }

 private:
  static bool dense(const Arrays& arrays, std::size_t k) {
    return arrays.strides(0)[k] == 1 && arrays.strides(1)[k] == arrays.size(0);
  }
  /// One row for all.
  static bool row(const Arrays& arrays, std::size_t k) {
    return arrays.strides(0)[k] == 1 && arrays.strides(1)[k] == 0;
  }
  /// An element for each row, which is written anew for each part: that pays for shorter ones only.
  static bool column(const Arrays& arrays, std::size_t k) {
    return arrays.strides(0)[k] == 0 && arrays.size(0) <= room / 4;
  }

  template <class F>
  void part(const F& f, std::int64_t number, bool first, T (*written)[room]) const {
    Pointers at = arrays_.start();
    std::int64_t rest = number / parts_;
    for (std::size_t d = 2; d < arrays_.rank(); ++d) {
      move(at, d, rest % arrays_.size(d));
      rest /= arrays_.size(d);
    }
    const std::int64_t from = number % parts_ * rows_;
    const std::int64_t rows = std::min(rows_, arrays_.size(1) - from);
    move(at, 1, from);
    std::array<const T*, N> in;
    std::array<std::int64_t, N> advance;
    advance.fill(1);
    for (std::size_t k = 0; k < N; ++k) {
      const T* const x = reinterpret_cast<const T*>(at[k + 1]);
      in[k] = dense(arrays_, k + 1) ? x : written[k];
      if (column(arrays_, k + 1)) {
        spread(x, arrays_.strides(1)[k + 1], rows, written[k]);
      } else if (in[k] != x && first) {
        repeat(x, rows, written[k]);
      }
    }
    f(reinterpret_cast<T*>(at[0]), in, advance, rows * arrays_.size(0));
  }

  void repeat(const T* x, std::int64_t rows, T* to) const {
    for (std::int64_t i = 0; i < rows; ++i) to = std::copy_n(x, arrays_.size(0), to);
  }

  void spread(const T* x, std::int64_t stride, std::int64_t rows, T* to) const {
    for (std::int64_t i = 0; i < rows; ++i) to = std::fill_n(to, arrays_.size(0), x[i * stride]);
  }

  void move(Pointers& at, std::size_t d, std::int64_t by) const {
    for (std::size_t k = 0; k <= N; ++k) {
      at[k] += arrays_.strides(d)[k] * by * static_cast<std::int64_t>(sizeof(T));
    }
  }

  const Arrays& arrays_;
  std::int64_t rows_;   // in a part
  std::int64_t parts_;  // of dimensions 0 and 1
};

}  // namespace tapegrad::kernels
