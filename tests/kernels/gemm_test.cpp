#include "kernels/gemm.hpp"

#include <vector>

#include "support/catch.hpp"

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
