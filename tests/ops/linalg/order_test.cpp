// Small matrices have loops of ours, larger ones LAPACK's: both give what is known in closed form
// of the second differences, at all orders around the border and on either side of it.
#include <cmath>

#include "examples.hpp"
#include "support/catch.hpp"
#include "tapegrad/ops/reduce.hpp"

using namespace tapegrad;

namespace {

constexpr std::int64_t orders = 24;

/// Element (i, j) is f(i, j) in float64.
template <class F>
Tensor table_of(std::int64_t n, const F& f) {
  Tensor x = zeros({n, n}, float64);
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t j = 0; j < n; ++j) x.mutable_data<double>()[i * n + j] = f(i, j);
  }
  return x;
}

double distance(const Tensor& a, const Tensor& b) { return abs(a - b).max().item<double>(); }

/// The inverse of second_difference(n): i (n + 1 - j) / (n + 1) for i <= j, counted from 1.
Tensor inverse(std::int64_t n) {
  return table_of(n, [n](std::int64_t i, std::int64_t j) {
    return static_cast<double>((std::min(i, j) + 1) * (n - std::max(i, j))) /
           static_cast<double>(n + 1);
  });
}

}  // namespace

TEST_CASE("determinants are right at every order, and their signs where rows are exchanged",
          "[ops][linalg]") {
  for (std::int64_t n = 1; n <= orders; ++n) {
    const Tensor x = test::second_difference(n);
    const double sign = n * (n - 1) / 2 % 2 == 0 ? 1 : -1;  // of turning n rows around
    CAPTURE(n);
    CHECK(std::abs(det(x).item<double>() - static_cast<double>(n + 1)) < 1e-12 * orders);
    CHECK(std::abs(det(flip(x, {0})).item<double>() - sign * static_cast<double>(n + 1)) <
          1e-12 * orders);
    const auto [s, log] = slogdet(flip(x, {0}));
    CHECK(s.item<double>() == sign);
    CHECK(std::abs(log.item<double>() - std::log(static_cast<double>(n + 1))) < 1e-13);
  }
}

TEST_CASE("inverses and solutions are right at every order", "[ops][linalg]") {
  for (std::int64_t n = 1; n <= orders; ++n) {
    const Tensor x = test::second_difference(n);
    CAPTURE(n);
    CHECK(distance(inv(x), inverse(n)) < 1e-13);
    // Rows that are exchanged are columns of the inverse.
    CHECK(distance(inv(flip(x, {0})), flip(inverse(n), {1})) < 1e-13);
    const Tensor b = test::spread({3, n}, -1, 1).to(float64).mT();
    CHECK(distance(solve(flip(x, {0}), b), matmul(flip(inverse(n), {1}), b)) < 1e-12);
  }
}

TEST_CASE("Cholesky's factors are right at every order", "[ops][linalg]") {
  for (std::int64_t n = 1; n <= orders; ++n) {
    const Tensor factor = table_of(n, [](std::int64_t i, std::int64_t j) {
      if (i == j) return std::sqrt(static_cast<double>(i + 2) / static_cast<double>(i + 1));
      return i == j + 1 ? -std::sqrt(static_cast<double>(i) / static_cast<double>(i + 1)) : 0.0;
    });
    CAPTURE(n);
    CHECK(distance(cholesky(test::second_difference(n)), factor) < 1e-14);
    CHECK_THROWS_AS(cholesky(test::second_difference(n) - 4 * test::identity(n)), LinAlgError);
  }
}
