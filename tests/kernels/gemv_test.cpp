#include "kernels/gemv.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "support/catch.hpp"
#include "support/cut.hpp"
#include "support/sanitized.hpp"

using namespace tapegrad;
using kernels::Product;

namespace {

/// Numbers between -1 and 1 without order.
template <class T>
std::vector<T> numbers(std::int64_t n, int seed) {
  std::vector<T> x;
  for (std::int64_t i = 0; i < n; ++i) {
    x.push_back(static_cast<T>(std::sin(0.7 * static_cast<double>(i) + seed)));
  }
  return x;
}

/// A matrix by rows or by columns, with a gap behind each, and what it is multiplied with.
template <class T>
struct Case {
  std::int64_t m, k;
  bool by_rows;
  std::int64_t lead = (by_rows ? k : m) + 3;
  std::vector<T> a = numbers<T>(lead * (by_rows ? m : k), 1);
  std::vector<T> b = numbers<T>(2 * k, 2);  // every second one
  std::vector<T> out = numbers<T>(m, 3);

  Product<T> product(bool onto) {
    return {m,        1, k, out.data(), a.data(), by_rows ? lead : 1, by_rows ? 1 : lead,
            b.data(), 2, 1, onto};
  }
  /// The same in long double, one after another, and the sum of magnitudes.
  std::pair<long double, long double> exact(std::int64_t i, bool onto) const {
    long double sum = onto ? numbers<T>(m, 3)[static_cast<std::size_t>(i)] : 0;
    long double size = std::abs(sum);
    for (std::int64_t l = 0; l < k; ++l) {
      const auto at = static_cast<std::size_t>(by_rows ? i * lead + l : l * lead + i);
      const long double term = static_cast<long double>(a[at]) *
                               static_cast<long double>(b[static_cast<std::size_t>(2 * l)]);
      sum += term;
      size += std::abs(term);
    }
    return {sum, size};
  }
};

template <class T>
void check_sizes(std::int64_t m, std::int64_t k, bool by_rows) {
  for (const bool onto : {false, true}) {
    CAPTURE(m, k, by_rows, onto, sizeof(T));
    Case<T> serial{m, k, by_rows};
    {
      const test::Cut cut(1);
      kernels::gemv(serial.product(onto));
    }
    for (std::int64_t i = 0; i < m; i += 1 + m / 50) {
      const auto [sum, size] = serial.exact(i, onto);
      // Sums of up to sqrt(k) roundings in a lane or a part, well below k of them.
      const long double bound = size * std::numeric_limits<T>::epsilon() * (4 + std::sqrt(k));
      CHECK(std::abs(static_cast<long double>(serial.out[static_cast<std::size_t>(i)]) - sum) <=
            bound);
    }
    for (const int threads : {2, 3, 7}) {
      const test::Cut cut(threads, 100);
      Case<T> parallel{m, k, by_rows};
      kernels::gemv(parallel.product(onto));
      CHECK(parallel.out == serial.out);
    }
  }
}

}  // namespace

TEST_CASE("a matrix times a vector is right at every size, and one result in all threads",
          "[kernels][gemv]") {
  for (const bool by_rows : {true, false}) {
    for (const std::int64_t m : {1, 2, 5, 16, 100}) {
      for (const std::int64_t k : {2, 7, 8, 15, 16, 17, 33, 100, 257}) {
        check_sizes<float>(m, k, by_rows);
        check_sizes<double>(m, k, by_rows);
      }
    }
    for (std::int64_t m = 3; m < 45; ++m) {  // columns in batches, and ends of these
      check_sizes<float>(m, 25, by_rows);
      check_sizes<double>(m, 25, by_rows);
    }
    check_sizes<float>(3, 20'000, by_rows);  // lanes that end on the way, parts of the rows
    check_sizes<float>(5'000, 40, by_rows);  // columns for the threads
    check_sizes<double>(300, 900, by_rows);
    if (!test::sanitized) check_sizes<float>(2'000, 2'200, by_rows);  // beyond the caches
  }
}

TEST_CASE("columns meet in eights of rows, which are added one after the other, then single rows",
          "[kernels][gemv]") {
  for (const std::int64_t m : {2, 4, 9, 30, 37, 100}) {
    for (const std::int64_t k : {7, 8, 43, 300}) {
      CAPTURE(m, k);
      Case<float> c{m, k, false};
      kernels::gemv(c.product(false));
      std::vector<float> expected(static_cast<std::size_t>(m));
      for (std::int64_t j = 0; j < m; ++j) {
        const auto product = [&](std::int64_t l) {
          return c.a[static_cast<std::size_t>(l * c.lead + j)] *
                 c.b[static_cast<std::size_t>(2 * l)];
        };
        float sum = 0;
        std::int64_t l = 0;
        for (; l + 8 <= k; l += 8) {
          sum += ((product(l) + product(l + 1)) + (product(l + 2) + product(l + 3))) +
                 ((product(l + 4) + product(l + 5)) + (product(l + 6) + product(l + 7)));
        }
        for (; l < k; ++l) sum += product(l);
        expected[static_cast<std::size_t>(j)] = sum;
      }
      CHECK(c.out == expected);
    }
  }
}

TEST_CASE("neighbours of a row that are NaN don't come into its sum", "[kernels][gemv]") {
  Case<float> c{6, 21, true};
  const float nan = std::numeric_limits<float>::quiet_NaN();
  for (std::int64_t i = 0; i < c.m; ++i) {
    for (std::int64_t gap = c.k; gap < c.lead; ++gap) {
      c.a[static_cast<std::size_t>(i * c.lead + gap)] = nan;
    }
  }
  c.a[static_cast<std::size_t>(2 * c.lead)] = nan;
  kernels::gemv(c.product(false));
  for (std::size_t i = 0; i < 6; ++i) CHECK(std::isnan(c.out[i]) == (i == 2));
}

TEST_CASE("a row as long as its lanes, or longer, has alone the bits that it has among others",
          "[kernels][gemv]") {
  constexpr std::int64_t m = 21;
  for (const std::int64_t k : {8, 9, 15, 32, 100, 256, 257, 1281, 1290, 8192, 8193}) {
    for (const bool onto : {false, true}) {
      CAPTURE(k, onto);
      const std::vector<float> a = numbers<float>(m * k, 1), b = numbers<float>(k, 2);
      std::vector<float> all = numbers<float>(m, 3), single = all;
      kernels::gemv(Product<float>{m, 1, k, all.data(), a.data(), k, 1, b.data(), 1, 1, onto});
      for (std::int64_t i = 0; i < m; ++i) {
        kernels::gemv(Product<float>{1, 1, k, single.data() + i, a.data() + i * k, k, 1, b.data(),
                                     1, 1, onto});
      }
      CHECK(single == all);
    }
  }
}
