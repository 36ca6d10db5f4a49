// An array whose elements are numbered as they lie, with the strides that a test names.
#pragma once

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

#include "kernels/map.hpp"

namespace tapegrad::test {

template <class T>
struct Numbered {
  Numbered(DType type, const Shape& shape, const Dims& strides)
      : layout(shape, strides, 0), dtype(type), elements(layout.extent("test")) {
    std::iota(elements.begin(), elements.end(), T{1});
  }
  kernels::Ref ref() { return {dtype, reinterpret_cast<std::byte*>(elements.data()), &layout}; }
  T at(const Dims& index) const {
    std::int64_t place = 0;
    for (std::size_t d = 0; d < index.size(); ++d) place += index[d] * layout.strides()[d];
    return elements[static_cast<std::size_t>(place)];
  }

  Layout layout;
  DType dtype;
  std::vector<T> elements;
};

/// Whether map() gives 2 a + b over n x m x k elements, as a loop does that knows only strides; out
/// lies row by row.
template <class T>
bool maps_right(DType dtype, const Dims& sizes, const Dims& a_strides, const Dims& b_strides) {
  const std::int64_t n = sizes[0], m = sizes[1], k = sizes[2];
  const Shape shape{n, m, k};
  Numbered<T> out(dtype, shape, {m * k, k, 1});
  Numbered<T> a(dtype, shape, a_strides), b(dtype, shape, b_strides);
  kernels::map<T, T, T>([](const auto& x, const auto& y) { return x + x + y; },
                        {out.ref(), a.ref(), b.ref()});
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t j = 0; j < m; ++j) {
      for (std::int64_t l = 0; l < k; ++l) {
        if (out.at({i, j, l}) != 2 * a.at({i, j, l}) + b.at({i, j, l})) return false;
      }
    }
  }
  return true;
}

}  // namespace tapegrad::test
