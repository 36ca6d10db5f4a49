#include "tapegrad/ops/linalg/determinant.hpp"

#include <cmath>
#include <limits>

#include "examples.hpp"
#include "support/catch.hpp"
#include "support/op_table.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/reduce.hpp"

using namespace tapegrad;
using test::OpRow;
using test::Tensors;
using Doubles = std::vector<double>;

namespace {

const double infinite = std::numeric_limits<double>::infinity();

OpRow row(std::string_view name, Tensor (*f)(const Tensor&), const Shape& empty,
          const Shape& empty_result) {
  return {.name = name,
          .f = [f](const Tensors& x) { return f(x[0]); },
          .inputs = {{{2, 3, 3}}},
          .empty_inputs = {empty},
          .empty_result = empty_result,
          .float32_tolerance = 2e-5};
}

/// Of a matrix 3 x 3, written out.
Tensor cofactors_of(const Doubles& m) {
  Doubles c(9);
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 3; ++j) {
      const auto at = [&](std::size_t di, std::size_t dj) {
        return m[(i + di) % 3 * 3 + (j + dj) % 3];
      };
      c[i * 3 + j] = at(1, 1) * at(2, 2) - at(1, 2) * at(2, 1);
    }
  }
  return Tensor::from_vector(std::move(c), {3, 3});
}

}  // namespace

TEST_CASE("determinants have their derivatives", "[ops][table]") {
  OpRow first = row("det", [](const Tensor& x) { return square(det(x)); }, {0, 3, 3}, {0});
  first.refuses = {
      {"det: needs square matrices: shape [2, 3]",
       [] {
         det(zeros({2, 3}));
       }},
      {"det: needs square matrices: shape [3]", [] { det(zeros({3})); }},
      {"det: needs a floating-point tensor, got int64", [] { det(tensor({{1}})); }},
      {"slogdet: needs square matrices: shape []", [] { slogdet(zeros({})); }},
      {"slogdet: needs a floating-point tensor, got bool",
       [] {
         slogdet(ones({1, 1}, boolean));
       }},
  };
  first.never_captured = "its derivative is another one where a determinant is 0";
  OpRow single = row("det", [](const Tensor& x) { return square(det(x[0])); }, {2, 0, 0}, {});
  single.never_captured = first.never_captured;
  test::check_rows({
      first,
      single,
      row("slogdet", [](const Tensor& x) { return slogdet(x).logabsdet; }, {0, 3, 3}, {0}),
      row("slogdet",
          [](const Tensor& x) {
            const auto [sign, log] = slogdet(x);
            return square(sign * exp(log));
          },
          {2, 0, 0}, {2}),
  });
}

TEST_CASE("determinants are those of the textbook", "[ops][linalg]") {
  CHECK(det(test::exact({{1.0, 2.0}, {3.0, 4.0}})).item<double>() == Approx(-2));
  CHECK(det(test::exact({{0.0, 1.0}, {1.0, 0.0}})).item<double>() == -1);
  CHECK(det(test::exact({{0.0, 1.0, 0.0}, {0.0, 0.0, 1.0}, {1.0, 0.0, 0.0}})).item<double>() == 1);
  // https://oeis.org/A005249: 1 / det of Hilbert's matrices.
  CHECK(1 / det(test::hilbert(3)).item<double>() == Approx(2160));
  CHECK(1 / det(test::hilbert(5)).item<double>() == Approx(266716800000));
  CHECK(det(test::second_difference(99)).item<double>() == Approx(100));  // n + 1
  CHECK(det(zeros({0, 0})).item<double>() == 1);
}

TEST_CASE("the logarithm of a determinant doesn't overflow", "[ops][linalg]") {
  const auto [sign, log] = slogdet(test::identity(500) * -1e10);
  CHECK(sign.item<double>() == 1);
  CHECK(log.item<double>() == Approx(500 * std::log(1e10)));
  CHECK(det(test::identity(500) * 1e10).item<double>() == infinite);
  const auto [odd, one] = slogdet(-test::identity(3));
  CHECK(odd.item<double>() == -1);
  CHECK(one.item<double>() == 0);
  const auto [none, nothing] = slogdet(zeros({0, 0}));
  CHECK(none.item<double>() == 1);
  CHECK(nothing.item<double>() == 0);
}

TEST_CASE("a singular matrix has the determinant 0, and NaN gives NaN", "[ops][linalg]") {
  const Tensor x = test::exact({{1.0, 2.0}, {2.0, 4.0}});
  CHECK(det(x).item<double>() == 0);
  CHECK(slogdet(x).sign.item<double>() == 0);
  CHECK(slogdet(x).logabsdet.item<double>() == -infinite);
  const Tensor lost = test::exact({{1.0, std::nan("")}, {2.0, 4.0}});
  CHECK(std::isnan(det(lost).item<double>()));
  CHECK(std::isnan(slogdet(lost).sign.item<double>()));
  CHECK(std::isnan(slogdet(lost).logabsdet.item<double>()));
}

TEST_CASE("the derivative of a singular matrix's determinant are its cofactors",
          "[ops][linalg][autograd]") {
  const Doubles of_rank_2{1, 2, 3, 4, 5, 6, 5, 7, 9};
  // Of these the determinant is exactly 0, and that of their factors 1 or -1.
  const Doubles exact{2, 4, 1, 1, 2, 3, 0, 0, 5};
  const Doubles turned{1, 2, 3, 2, 4, 1, 0, 0, 5};
  const Doubles of_rank_1{1, 2, 3, 2, 4, 6, -1, -2, -3};
  for (const Doubles& values : {of_rank_2, exact, turned, of_rank_1, Doubles(9, 0)}) {
    Tensor x = tensor(values).reshape({3, 3});
    x.requires_grad_();
    // Beside a regular one, whose derivative is found in the same way.
    const Tensor both = stack({x, test::identity(3)});
    CHECK(det(both)[0].item<double>() == Approx(0).margin(1e-14));
    sum(det(both) * 3).backward();
    CHECK(test::difference(x.grad() / 3, cofactors_of(values), 1e-13, 1e-13) == "");
  }
}

TEST_CASE("the second derivative of a determinant exists at rank n - 1",
          "[ops][linalg][autograd]") {
  // det of diag(a, b, 0): d2 / dc da is b.
  Tensor x = test::exact({2.0, 3.0, 0.0}).requires_grad_();
  const Tensor y = det(x * test::identity(3));
  CHECK(y.item<double>() == 0);
  const Tensor g = grad({y}, {x}, {.create_graph = true})[0];
  CHECK(test::difference(g, test::exact({0.0, 0.0, 6.0}), 0, 1e-14) == "");
  const Tensor h = grad({g[2]}, {x})[0];
  CHECK(test::difference(h, test::exact({3.0, 2.0, 0.0}), 0, 1e-14) == "");
}

TEST_CASE("a matrix that only claims to be huge is refused", "[ops][linalg]") {
  constexpr std::int64_t n = std::numeric_limits<int>::max();
  const Tensor x = full({}, 1.0, {.dtype = float64}).expand({n, n});
  CHECK_THROWS_AS(det(x), MemoryError);
  CHECK_THROWS_AS(inv(x), Error);
  CHECK_THROWS_AS(cholesky(x), Error);
  CHECK_THROWS_AS(solve(x, x), Error);
  CHECK_THROWS_AS(solve_triangular(x, x, true), Error);
  CHECK_THROWS_AS(matrix_exp(x), Error);
  CHECK_THROWS_AS(qr(x), ShapeError);
  CHECK_THROWS_AS(det(full({}, 1.0).expand({n + std::int64_t{1}, n + std::int64_t{1}})),
                  ShapeError);
}

TEST_CASE("the logarithm of a singular matrix's determinant has no derivative",
          "[ops][linalg][autograd]") {
  const Tensor x = zeros({2, 2}, {.requires_grad = true});
  CHECK_THROWS_AS(slogdet(x).logabsdet.backward(), LinAlgError);
}

TEST_CASE("logdet() is slogdet() where the determinant is positive", "[linalg][table]") {
  const Tensor x = tensor({{2.0, 1.0}, {1.0, 3.0}}, float64);
  CHECK(std::abs(logdet(x).item<double>() - std::log(5.0)) <= 1e-15);
  CHECK(std::isnan(logdet(tensor({{0.0, 1.0}, {1.0, 0.0}})).item<double>()));
  CHECK(logdet(zeros({2, 2})).item<double>() == -infinite);
  test::check_rows(
      {{.name = "slogdet",
        .f =
            [](const Tensors& t) { return logdet(matmul(t[0], t[0].mT()) + eye(3, t[0].dtype())); },
        .inputs = {{{2, 3, 3}}},
        .empty_inputs = {{0, 3, 3}},
        .empty_result = {0},
        .float32_tolerance = 2e-5}});
}
