// The patches of an image that a kernel sees, as the columns of a matrix, and back. Knows no
// products.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "kernels/convolution.hpp"

namespace tapegrad::kernels {

/// Outputs [begin, end) along a dimension whose tap lies inside.
struct Inside {
  std::int64_t begin, end;
};

/// Copies `count` rows of n elements. There are often few: pieces of a fixed size, of which the
/// last begins where it ends with the row, take a fifth of the time of a loop.
template <class T>
void copy_rows(T* to, std::int64_t to_step, const T* from, std::int64_t step, std::int64_t n,
               std::int64_t count) {
  const auto by = [&]<std::int64_t size>() {
    for (std::int64_t r = 0; r < count; ++r, to += to_step, from += step) {
      std::int64_t i = 0;
      for (; i + size <= n; i += size) std::memcpy(to + i, from + i, size * sizeof(T));
      if (i < n) std::memcpy(to + n - size, from + n - size, size * sizeof(T));
    }
  };
  if (n >= 16) return by.template operator()<16>();
  if (n >= 8) return by.template operator()<8>();
  if (n >= 4) return by.template operator()<4>();
  if (n >= 1) return by.template operator()<1>();
}

/// The patches of one image and group: a row for each channel and tap, a column for each output.
/// Columns come in lines, the outputs along the last dimension.
template <class T>
class Patches {
 public:
  explicit Patches(const Convolution& c) : c_(c) {}

  std::int64_t rows() const { return c_.channels * c_.taps[0] * c_.taps[1] * c_.taps[2]; }
  std::int64_t lines() const { return c_.out[0] * c_.out[1]; }
  std::int64_t line() const { return c_.out[2]; }
  std::int64_t image() const { return c_.channels * c_.in[0] * c_.in[1] * c_.in[2]; }
  /// The matrix is the image itself.
  bool is_image() const {
    for (std::size_t d = 0; d < 3; ++d) {
      if (c_.taps[d] != 1 || c_.stride[d] != 1 || c_.before[d] != 0 || c_.in[d] != c_.out[d]) {
        return false;
      }
    }
    return true;
  }

  /// Columns of the lines [begin, end), written row by row.
  void gather(T* to, const T* image, std::int64_t begin, std::int64_t end) const {
    each_run(begin, end, [&](std::int64_t at, const Run& run, std::int64_t k) {
      if (run.row < 0) return void(std::fill_n(to + at, run.count * line(), T(0)));
      const Range in = inside(2, k);
      const T* from = image + run.row + start(2, k) + in.begin * c_.stride[2];
      if (c_.stride[2] == 1) {
        copy_rows(to + at + in.begin, line(), from, row_step(), in.end - in.begin, run.count);
      } else {
        copy_apart(to + at + in.begin, from, in.end - in.begin, run.count);
      }
      if (in.begin > 0 || in.end < line()) fill_ends(to + at, in, run.count);
    });
  }
  /// Adds each element of such columns to where gather() took it from.
  void scatter(T* image, const T* from, std::int64_t begin, std::int64_t end) const {
    each_run(begin, end, [&](std::int64_t at, const Run& run, std::int64_t k) {
      if (run.row < 0) return;
      const Range in = inside(2, k);
      T* to = image + run.row + start(2, k) + in.begin * c_.stride[2];
      const T* part = from + at + in.begin;
      const std::int64_t n = in.end - in.begin;
      for (std::int64_t r = 0; r < run.count; ++r, to += row_step(), part += line()) {
        if (c_.stride[2] == 1) {
          for (std::int64_t o = 0; o < n; ++o) to[o] += part[o];
        } else {
          for (std::int64_t o = 0; o < n; ++o) to[o * c_.stride[2]] += part[o];
        }
      }
    });
  }

 private:
  struct Range {
    std::int64_t begin, end;
  };
  /// Lines that see rows of the image in equal steps, or none (-1).
  struct Run {
    std::int64_t row, count;
  };

  std::int64_t start(std::size_t d, std::int64_t k) const {
    return k * c_.dilation[d] - c_.before[d];
  }
  std::int64_t row_step() const { return c_.stride[1] * c_.in[2]; }
  /// The outputs along dimension d that see the image through tap k.
  Range inside(std::size_t d, std::int64_t k) const {
    const std::int64_t first = start(d, k);
    const std::int64_t step = c_.stride[d];
    const auto reached = [&](std::int64_t way) {
      return way <= 0 ? 0 : std::min((way + step - 1) / step, c_.out[d]);
    };
    const std::int64_t begin = reached(-first);
    return {begin, std::max(begin, reached(c_.in[d] - first))};
  }

  void copy_apart(T* to, const T* from, std::int64_t n, std::int64_t count) const {
    const std::int64_t step = c_.stride[2];
    for (std::int64_t r = 0; r < count; ++r, to += line(), from += row_step()) {
      for (std::int64_t o = 0; o < n; ++o) to[o] = from[o * step];
    }
  }
  void fill_ends(T* to, Range in, std::int64_t count) const {
    for (std::int64_t r = 0; r < count; ++r, to += line()) {
      for (std::int64_t o = 0; o < in.begin; ++o) to[o] = 0;
      for (std::int64_t o = in.end; o < line(); ++o) to[o] = 0;
    }
  }

  /// f(where the run begins in the matrix, run, tap along the last dimension).
  template <class F>
  void each_run(std::int64_t begin, std::int64_t end, const F& f) const {
    std::int64_t at = 0;
    for (std::int64_t channel = 0; channel < c_.channels; ++channel) {
      for (std::int64_t i = 0; i < c_.taps[0]; ++i) {
        for (std::int64_t j = 0; j < c_.taps[1]; ++j) {
          for (std::int64_t k = 0; k < c_.taps[2]; ++k) {
            runs_of(channel, i, j, begin, end, [&](const Run& run) {
              if (run.count == 0) return;
              f(at, run, k);
              at += run.count * line();
            });
          }
        }
      }
    }
  }
  /// f(run) for the lines [begin, end), through taps i and j of the first two dimensions.
  template <class F>
  void runs_of(std::int64_t channel, std::int64_t i, std::int64_t j, std::int64_t begin,
               std::int64_t end, const F& f) const {
    const Range first = inside(0, i);
    const Range second = inside(1, j);
    std::int64_t depth = begin / c_.out[1];
    std::int64_t from = begin % c_.out[1];
    for (std::int64_t l = begin; l < end; ++depth, from = 0) {
      const std::int64_t to = std::min(c_.out[1], from + end - l);
      const bool sees = depth >= first.begin && depth < first.end;
      const std::int64_t b = sees ? std::clamp(second.begin, from, to) : to;
      const std::int64_t e = sees ? std::clamp(second.end, b, to) : to;
      f(Run{-1, b - from});
      const std::int64_t plane = channel * c_.in[0] + depth * c_.stride[0] + start(0, i);
      f(Run{(plane * c_.in[1] + b * c_.stride[1] + start(1, j)) * c_.in[2], e - b});
      f(Run{-1, to - e});
      l += to - from;
    }
  }

  const Convolution& c_;
};

}  // namespace tapegrad::kernels
