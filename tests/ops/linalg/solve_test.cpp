#include "tapegrad/ops/linalg/solve.hpp"

#include <cmath>

#include "examples.hpp"
#include "support/catch.hpp"
#include "support/op_table.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/shape.hpp"

using namespace tapegrad;
using test::mixed;
using test::mixed_lines;
using test::OpRow;
using test::shifted;
using test::Tensors;
using Doubles = std::vector<double>;

namespace {

OpRow row(const Shape& a, const Shape& b, bool left, std::vector<Shape> empty,
          const Shape& empty_result) {
  return {
      .name = "solve",
      .f = [left](const Tensors& x) { return mixed_lines(solve(shifted(x[0], 3), x[1], left)); },
      .inputs = {{a}, {b}},
      .empty_inputs = std::move(empty),
      .empty_result = empty_result};
}

OpRow triangular_row(const Shape& a, const Shape& b, bool upper, bool left, bool ones,
                     std::vector<Shape> empty, const Shape& empty_result) {
  return {.name = "solve_triangular",
          .f =
              [=](const Tensors& x) {
                return mixed(solve_triangular(shifted(x[0], 5), x[1], upper, left, ones));
              },
          .inputs = {{a}, {b}},
          .empty_inputs = std::move(empty),
          .empty_result = empty_result,
          .float32_tolerance = 1e-5};
}

OpRow least_row(const Shape& a, const Shape& b, std::vector<Shape> empty,
                const Shape& empty_result) {
  return {.name = "lstsq",
          .f =
              [](const Tensors& x) {
                const Lstsq all = lstsq(shifted(test::apart(x[0], 3), 2), x[1]);
                return all.residuals.numel() > 0 && all.residuals.dim() == 1
                           ? mixed_lines(cat({all.solution.flatten(), all.residuals}))
                           : mixed(all.solution);
              },
          .inputs = {{a, -1, 1}, {b}},
          .empty_inputs = std::move(empty),
          .empty_result = empty_result,
          .float32_tolerance = 1e-5,
          .tolerance = 1e-8};
}

std::vector<test::Refusal> refusals() {
  const auto shaped = [](const Shape& a, const Shape& b) {
    return [=] { solve(zeros(a), zeros(b)); };
  };
  return {
      {"solve: needs square matrices: shape [2, 3]", shaped({2, 3}, {2})},
      {"solve: needs square matrices: shape [2]", shaped({2}, {2})},
      {"solve: sizes don't fit: a matrix [2, 2] on the left of [3, 2]", shaped({2, 2}, {3, 2})},
      {"solve: sizes don't fit: a matrix [2, 2] on the left of [3]", shaped({2, 2}, {3})},
      {"solve: sizes don't fit: a matrix [2, 2] on the right of [2, 3]",
       [] {
         solve(zeros({2, 2}), zeros({2, 3}), false);
       }},
      {"solve: shapes don't broadcast: [2] and [3]", shaped({2, 2, 2}, {3, 2, 4})},
      {"solve: element types differ: float32 and float64; convert one with to(float64)",
       [] {
         solve(ones({1, 1}), ones({1}, float64));
       }},
      {"solve: needs a floating-point tensor, got int64",
       [] { solve(tensor({{1}}), tensor({1})); }},
      {"solve: matrix [1] is singular: pivot 1 of its LU factors is 0; shape [2, 1, 1]",
       [] {
         solve(test::exact({1.0, 0.0}).reshape({2, 1, 1}), ones({2, 1, 1}, float64));
       }},
      {"solve_triangular: needs square matrices: shape [2, 3]",
       [] {
         solve_triangular(zeros({2, 3}), zeros({2, 1}), true);
       }},
      {"solve_triangular: needs matrices: shape [2]",
       [] {
         solve_triangular(zeros({2, 2}), zeros({2}), true);
       }},
      {"solve_triangular: sizes don't fit: a matrix [2, 2] on the right of [2, 3]",
       [] {
         solve_triangular(zeros({2, 2}), zeros({2, 3}), true, false);
       }},
      {"lstsq: needs matrices: shape [2]", [] { lstsq(zeros({2}), zeros({2})); }},
      {"lstsq: sizes don't fit: a matrix [3, 2] on the left of [2]",
       [] {
         lstsq(zeros({3, 2}), zeros({2}));
       }},
      {"lstsq: matrix [0] has elements that aren't finite; shape [1, 1, 1]",
       [] {
         lstsq(full({1, 1, 1}, std::nan("")), ones({1, 1}));
       }},
      {"lstsq: rcond -1; it can't be negative",
       [] {
         lstsq(ones({1, 1}), ones({1}), -1);
       }},
  };
}

}  // namespace

TEST_CASE("solutions of equations have their derivatives", "[ops][table]") {
  OpRow first = row({2, 3, 3}, {2, 3, 2}, true, {{0, 3, 3}, {0, 3, 2}}, {0, 3, 1});
  first.refuses = refusals();
  const auto with_residuals = [](OpRow least) {
    least.never_captured = "whether there are residuals depends on the rank";
    return least;
  };
  test::check_rows({
      first,
      row({3, 3}, {3}, true, {{0, 0}, {0}}, {1}),
      row({3, 3}, {2, 3, 2}, true, {{3, 3}, {2, 3, 0}}, {2, 3, 1}),
      row({2, 3, 3}, {3, 2}, true, {{2, 0, 0}, {0, 2}}, {2, 0, 1}),
      row({2, 3, 3}, {2, 2, 3}, false, {{0, 3, 3}, {0, 2, 3}}, {0, 2, 1}),
      row({2, 3, 3}, {2, 3}, true, {{0, 3, 3}, {0, 3}}, {0, 1}),
      triangular_row({2, 3, 3}, {2, 3, 2}, true, true, false, {{0, 3, 3}, {0, 3, 2}}, {0, 1, 1}),
      triangular_row({3, 3}, {2, 3, 2}, false, true, false, {{0, 0}, {2, 0, 2}}, {2, 1, 1}),
      triangular_row({3, 3}, {2, 3}, true, false, false, {{3, 3}, {0, 3}}, {1, 1}),
      triangular_row({2, 3, 3}, {3, 1}, false, true, true, {{2, 3, 3}, {3, 0}}, {2, 1, 1}),
      triangular_row({1, 3, 3}, {2, 1, 3}, false, false, true, {{1, 3, 3}, {0, 1, 3}}, {0, 1, 1}),
      with_residuals(least_row({4, 2}, {4}, {{4, 0}, {4}}, {1})),
      least_row({2, 3}, {2, 2}, {{0, 3}, {0, 2}}, {1, 1}),
      with_residuals(least_row({2, 3, 2}, {2, 3, 2}, {{0, 3, 2}, {0, 3, 2}}, {0, 1, 1})),
  });
}

TEST_CASE("a solution satisfies its equations", "[ops][linalg]") {
  for (const std::int64_t n : {1, 5, 200}) {
    const Tensor a = shifted(test::spread({2, n, n}, -1, 1), 10 + double(n) / 8);
    const Tensor b = test::spread({2, n, 3}, -1, 1, 2);
    CAPTURE(n);
    CHECK(test::difference(matmul(a, solve(a, b)), b, 0, 1e-13) == "");
    CHECK(test::difference(matmul(a.mT(), solve(a.mT(), b)), b, 0, 1e-13) == "");
    CHECK(test::difference(matmul(solve(a, b.mT(), false), a), b.mT(), 0, 1e-13) == "");
    const Tensor v = b.select(-1, 0);
    CHECK(test::difference(matmul(a, solve(a, v).unsqueeze(-1)), v.unsqueeze(-1), 0, 1e-13) == "");
    CHECK(test::difference(matmul(a[0], solve(a[0], b)), b, 0, 1e-13) == "");
  }
}

TEST_CASE("a triangular solution reads its triangle and no more", "[ops][linalg]") {
  for (const std::int64_t n : {1, 4, 150}) {
    const Tensor a = shifted(test::spread({2, n, n}, -1, 1), 10 + double(n) / 8);
    const Tensor b = test::spread({2, n, 3}, -1, 1, 2);
    CAPTURE(n);
    for (const Tensor& x : {a, a.mT(), a.slice(1).expand({2, n, n})}) {
      for (const bool upper : {false, true}) {
        const Tensor part = upper ? triu(x) : tril(x);
        CHECK(test::difference(matmul(part, solve_triangular(x, b, upper)), b, 0, 1e-13) == "");
        CHECK(test::difference(matmul(solve_triangular(x, b.mT(), upper, false), part), b.mT(), 0,
                               1e-13) == "");
        const Tensor ones = upper ? triu(x * 0.01, 1) : tril(x * 0.01, -1);
        CHECK(test::difference(
                  matmul(shifted(ones, 1), solve_triangular(x * 0.01, b, upper, true, true)), b, 0,
                  1e-13) == "");
      }
    }
  }
  const Tensor lost = test::exact({{1.0, std::nan("")}, {2.0, 4.0}});
  CHECK(solve_triangular(lost, ones({2, 1}, float64), false).to_vector<double>() ==
        Doubles{1, -0.25});
}

TEST_CASE("a zero on a triangle's diagonal gives infinities", "[ops][linalg]") {
  const Tensor a = test::exact({{0.0, 0.0}, {0.0, 2.0}});
  const Tensor x = solve_triangular(a, ones({2, 1}, float64), true);
  CHECK(std::isinf(x[0][0].item<double>()));
  CHECK(x[1][0].item<double>() == 0.5);
}

TEST_CASE("NaN in an equation gives NaN", "[ops][linalg]") {
  CHECK(solve(full({2, 2}, std::nan("")), ones({2})).isnan().all().item<bool>());
}
