// Least squares.
#include "tapegrad/ops/linalg/least_squares.hpp"

#include <cmath>

#include "examples.hpp"
#include "support/catch.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/shape.hpp"

using namespace tapegrad;
using test::mixed;
using test::mixed_lines;
using test::shifted;
using Doubles = std::vector<double>;

TEST_CASE("least squares fit a line", "[ops][linalg]") {
  // numpy 2.4.6: numpy.polyfit([0, 1, 2, 3], [-1, 0.2, 0.9, 2.1], 1) gives 1 and -0.95; residual
  // 0.05. (The example of numpy.linalg.lstsq's documentation.)
  const Tensor a = test::exact({{0.0, 1.0}, {1.0, 1.0}, {2.0, 1.0}, {3.0, 1.0}});
  const Lstsq fit = lstsq(a, test::exact({-1, 0.2, 0.9, 2.1}));
  CHECK(test::difference(fit.solution, test::exact({1.0, -0.95}), 0, 1e-14) == "");
  CHECK(test::difference(fit.residuals, test::exact({0.05}), 0, 1e-14) == "");
  CHECK(fit.rank.item<std::int64_t>() == 2);
  CHECK(fit.singular_values.shape() == Shape{2});
}

TEST_CASE("least squares of too few equations are the smallest solution", "[ops][linalg]") {
  // Of x + y = 2 the one on the diagonal.
  const Lstsq few = lstsq(test::exact({{1.0, 1.0}}), test::exact({2.0}));
  CHECK(test::difference(few.solution, test::exact({1.0, 1.0}), 1e-15, 0) == "");
  CHECK(few.residuals.shape() == Shape{0});
  const Lstsq flat = lstsq(ones({3, 2}, float64), test::exact({1.0, 2.0, 3.0}));
  CHECK(test::difference(flat.solution, test::exact({1.0, 1.0}), 1e-14, 0) == "");
  CHECK(flat.rank.item<std::int64_t>() == 1);
  CHECK(flat.residuals.shape() == Shape{0});
  CHECK(lstsq(ones({3, 2}, float64), ones({3}, float64), 1).rank.item<std::int64_t>() == 0);
}

TEST_CASE("least squares by small matrices have their derivatives", "[ops][linalg]") {
  const Tensor a = test::identity(2) * 1e-3;
  Tensor b = test::exact({1.0, 2.0}).requires_grad_();
  sum(lstsq(a, b).solution).backward();
  CHECK(test::difference(b.grad(), test::exact({1e3, 1e3}), 1e-12, 0) == "");
}

TEST_CASE("least squares come in batches", "[ops][linalg]") {
  const Tensor a = test::spread({2, 4, 3}, -1, 1);
  const Tensor b = test::spread({4, 2}, -1, 1, 3);
  const Lstsq fit = lstsq(a, b);
  CHECK(test::difference(fit.solution, matmul(pinv(a), b), 0, 1e-13) == "");
  CHECK(fit.residuals.shape() == Shape{2, 2});
  CHECK(fit.rank.to_vector<std::int64_t>() == std::vector<std::int64_t>{3, 3});
  CHECK(lstsq(zeros({0, 4, 3}), zeros({4, 2})).solution.shape() == Shape{0, 3, 2});
  CHECK_FALSE(lstsq(a.detach().requires_grad_(), b).singular_values.requires_grad());
}
