#include "kernels/joined_rows.hpp"

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include "kernels/map.hpp"
#include "support/catch.hpp"
#include "support/cut.hpp"

using namespace tapegrad;

namespace {

/// An array of `shape` of which the dimensions with a 0 in `strides` repeat one slice.
template <class T>
struct Operand {
  Operand(DType type, const Shape& shape, const Dims& strides)
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

/// a * 2 + b over n x m x k elements, of which b repeats where its strides are 0.
template <class T>
bool right(DType dtype, std::int64_t n, std::int64_t m, std::int64_t k, const Dims& strides) {
  const Shape shape{n, m, k};
  Operand<T> out(dtype, shape, {m * k, k, 1}), a(dtype, shape, {m * k, k, 1});
  Operand<T> b(dtype, shape, strides);
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

template <class T>
void check(DType dtype) {
  for (const std::int64_t k : {2, 7, 8, 33, 100, 255, 256, 257, 512, 513}) {
    for (const std::int64_t m : {2, 3, 4, 5, 21, 130}) {
      for (const std::int64_t n : {1, 3}) {
        CAPTURE(n, m, k, sizeof(T));
        CHECK(right<T>(dtype, n, m, k, {0, 0, 1}));      // one row for all
        CHECK(right<T>(dtype, n, m, k, {k, 0, 1}));      // a row for each matrix
        CHECK(right<T>(dtype, n, m, k, {m, 1, 0}));      // an element for each row
        CHECK(right<T>(dtype, n, m, k, {0, 3, 0}));      // the same, with gaps
        CHECK(right<T>(dtype, n, m, k, {1, 0, 0}));      // an element for each matrix
        CHECK(right<T>(dtype, n, m, k, {0, k, 1}));      // a matrix for all
        CHECK(right<T>(dtype, n, m, k, {0, 2 * k, 2}));  // nothing that fits
      }
    }
  }
}

}  // namespace

TEST_CASE("short rows of which an input repeats are computed several at a time", "[kernels][map]") {
  const auto [threads, grain] = GENERATE(std::pair{1, 1 << 15}, std::pair{3, 100});
  const test::Cut cut(threads, grain);
  check<float>(float32);
  check<double>(float64);
}

TEST_CASE("rows that are joined may be written over an input", "[kernels][map]") {
  Operand<float> x(float32, {50, 10}, {10, 1}), row(float32, {50, 10}, {0, 1});
  kernels::map<float, float, float>([](const auto& a, const auto& b) { return a - b; },
                                    {x.ref(), x.ref(), row.ref()});
  for (std::int64_t i = 0; i < 500; ++i) {
    CHECK(x.elements[static_cast<std::size_t>(i)] == static_cast<float>(i + 1 - (i % 10 + 1)));
  }
}
