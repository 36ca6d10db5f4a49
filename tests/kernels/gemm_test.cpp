#include "kernels/gemm.hpp"

#include <vector>

#include "support/catch.hpp"
#include "support/cut.hpp"

using namespace tapegrad::kernels;

namespace {

/// Small whole numbers, whose products and sums are exact in float.
std::vector<float> numbers(std::int64_t n, int seed) {
  std::vector<float> values;
  for (std::int64_t i = 0; i < n; ++i) values.push_back(static_cast<float>((i * 7 + seed) % 5 - 2));
  return values;
}

}  // namespace

TEST_CASE("a product in the midst of a wider matrix leaves the rest alone", "[kernels][gemm]") {
  struct Sizes {
    std::int64_t m, n, k;
  };
  // By loops of ours, as columns, as a row, by BLAS.
  for (const auto [m, n, k] : {Sizes{2, 3, 4}, Sizes{5, 1, 6}, Sizes{40, 1, 30}, Sizes{1, 40, 30},
                               Sizes{3, 4, 1}, Sizes{17, 23, 31}}) {
    for (const bool onto : {false, true}) {
      CAPTURE(m, n, k, onto);
      const std::int64_t row = n + 2;
      const std::vector<float> a = numbers(m * k, 1), b = numbers(k * n, 2);
      std::vector<float> out(static_cast<std::size_t>(m * row), 100);
      std::vector<float> expected = out;
      for (std::int64_t i = 0; i < m; ++i) {
        for (std::int64_t j = 0; j < n; ++j) {
          float sum = onto ? 100 : 0;
          for (std::int64_t l = 0; l < k; ++l) {
            sum += a[static_cast<std::size_t>(i * k + l)] * b[static_cast<std::size_t>(l * n + j)];
          }
          expected[static_cast<std::size_t>(i * row + j)] = sum;
        }
      }
      multiply(Product<float>{m, n, k, out.data(), a.data(), k, 1, b.data(), n, 1, onto, row});
      CHECK(out == expected);
    }
  }
}

TEST_CASE("products are right wherever a matrix is cut, and however it lies", "[kernels][gemm]") {
  const tapegrad::test::Cut cut(3, GENERATE(std::int64_t{1} << 15, std::int64_t{16}));
  for (const std::int64_t m : {2, 3, 5, 129, 260}) {
    for (const std::int64_t n : {2, 3, 8, 17, 31, 70}) {
      for (const std::int64_t k : {2, 17, 256, 257, 600}) {
        const std::vector<float> a = numbers(m * k, 1), b = numbers(k * n, 2);
        for (const int turned : {0, 1, 2, 3}) {
          CAPTURE(m, n, k, turned);
          const std::int64_t a_row = turned & 1 ? 1 : k, a_col = turned & 1 ? m : 1;
          const std::int64_t b_row = turned & 2 ? 1 : n, b_col = turned & 2 ? k : 1;
          std::vector<float> out(static_cast<std::size_t>(m * n), 100), expected = out;
          multiply_by_dots(Product<float>{m, n, k, expected.data(), a.data(), a_row, a_col,
                                          b.data(), b_row, b_col, turned == 1});
          multiply(Product<float>{m, n, k, out.data(), a.data(), a_row, a_col, b.data(), b_row,
                                  b_col, turned == 1});
          const bool equal = out == expected;
          CHECK(equal);
        }
      }
    }
  }
}
