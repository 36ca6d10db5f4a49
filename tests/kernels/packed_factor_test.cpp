#include "kernels/packed_factor.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include "support/catch.hpp"

namespace tapegrad::kernels {
namespace {

template <class T>
std::vector<T> numbers(std::int64_t n, std::uint32_t seed) {
  std::mt19937 engine(seed);
  std::uniform_real_distribution<double> between(-1, 1);
  std::vector<T> all(static_cast<std::size_t>(n));
  for (T& x : all) x = static_cast<T>(between(engine));
  return all;
}

/// Compares with sums of more digits. Rows of `out` are three elements longer than n.
template <class T>
void check(std::int64_t m, std::int64_t k, std::int64_t n, bool turned, bool onto) {
  CAPTURE(m, k, n, turned, onto, sizeof(T));
  const std::int64_t a_row = k + 2, out_row = n + 3;
  const std::vector<T> a = numbers<T>(m * a_row, 1), b = numbers<T>(k * n, 2);
  const std::vector<T> before = numbers<T>(m * out_row, 3);
  std::vector<T> out = before;
  const std::int64_t b_row = turned ? 1 : n, b_col = turned ? k : 1;
  PackedFactor<T>(k, n, b.data(), b_row, b_col)
      .multiply(m, a.data(), a_row, out.data(), out_row, onto);
  const double unit = std::numeric_limits<T>::epsilon();
  bool right = true, untouched = true;
  for (std::int64_t i = 0; i < m; ++i) {
    for (std::int64_t j = 0; j < out_row; ++j) {
      const auto at = static_cast<std::size_t>(i * out_row + j);
      if (j >= n) {
        untouched = untouched && out[at] == before[at];
        continue;
      }
      long double sum = onto ? before[at] : 0, size = std::abs(sum);
      for (std::int64_t l = 0; l < k; ++l) {
        const long double term =
            static_cast<long double>(a[static_cast<std::size_t>(i * a_row + l)]) *
            b[static_cast<std::size_t>(l * b_row + j * b_col)];
        sum += term;
        size += std::abs(term);
      }
      right = right && std::abs(out[at] - sum) <= static_cast<double>(k + 1) * unit * size;
    }
  }
  CHECK(right);
  CHECK(untouched);
}

}  // namespace

TEMPLATE_TEST_CASE("products with a packed matrix are those of sums", "[kernels]", float, double) {
  for (const std::int64_t m : {1, 2, 3, 4, 5, 7, 8, 16}) {
    for (const std::int64_t n : {1, 7, 8, 9, 15, 16, 17, 31, 32, 33, 40}) {
      for (const std::int64_t k : {1, 2, 13}) {
        for (const bool turned : {false, true}) {
          for (const bool onto : {false, true}) check<TestType>(m, k, n, turned, onto);
        }
      }
    }
  }
}

TEMPLATE_TEST_CASE("a row times a packed matrix has the same bits in any company", "[kernels]",
                   float, double) {
  constexpr std::int64_t m = 11, k = 37, n = 45;
  const auto a = numbers<TestType>(m * k, 1), b = numbers<TestType>(k * n, 2);
  const PackedFactor<TestType> packed(k, n, b.data(), n, 1);
  std::vector<TestType> together(m * n), alone(m * n);
  packed.multiply(m, a.data(), k, together.data(), n, false);
  for (std::int64_t i = 0; i < m; ++i)
    packed.multiply(1, a.data() + i * k, k, alone.data() + i * n, n, false);
  CHECK(together == alone);
}

}  // namespace tapegrad::kernels
