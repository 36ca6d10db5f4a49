#include "tapegrad/ops/linalg/cholesky.hpp"

#include <cmath>

#include "examples.hpp"
#include "support/catch.hpp"
#include "support/op_table.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/shape.hpp"

using namespace tapegrad;
using test::mixed;
using test::OpRow;
using test::positive;
using test::Tensors;
using Doubles = std::vector<double>;

namespace {

OpRow solve_row(const Shape& b, const Shape& factor, bool upper, std::vector<Shape> empty,
                const Shape& empty_result) {
  return {.name = "solve_triangular",
          .f =
              [upper](const Tensors& x) {
                return mixed(cholesky_solve(x[0], test::shifted(x[1], 5), upper));
              },
          .inputs = {{b}, {factor}},
          .empty_inputs = std::move(empty),
          .empty_result = empty_result};
}

std::vector<test::Refusal> refusals() {
  return {
      {"cholesky: needs square matrices: shape [2, 3]",
       [] {
         cholesky(zeros({2, 3}));
       }},
      {"cholesky: needs a floating-point tensor, got int64", [] { cholesky(tensor({{1}})); }},
      {"cholesky: the matrix isn't positive definite: its leading minor of order 2 isn't; shape "
       "[2, 2]",
       [] {
         cholesky(test::exact({{1.0, 2.0}, {2.0, 1.0}}));
       }},
      {"cholesky: matrix [1] isn't positive definite: its leading minor of order 1 isn't; shape "
       "[3, 1, 1]",
       [] {
         cholesky(test::exact({1.0, -1.0, 0.0}).reshape({3, 1, 1}));
       }},
      {"cholesky: the matrix isn't positive definite",
       [] {
         cholesky(full({1, 1}, std::nan("")));
       }},
      {"cholesky_solve: sizes don't fit: [3, 1] and [2, 2]",
       [] {
         cholesky_solve(zeros({3, 1}), ones({2, 2}));
       }},
      {"cholesky_solve: needs square matrices: shape [2, 1]",
       [] {
         cholesky_solve(zeros({2, 1}), ones({2, 1}));
       }},
      {"cholesky_solve: needs matrices: shape [2]",
       [] {
         cholesky_solve(zeros({2}), ones({2, 2}));
       }},
      {"cholesky_solve: shapes don't broadcast: [2] and [3]",
       [] {
         cholesky_solve(zeros({2, 1, 1}), ones({3, 1, 1}));
       }},
      {"cholesky_solve: element types differ: float32 and float64",
       [] {
         cholesky_solve(zeros({1, 1}), ones({1, 1}, float64));
       }},
      {"cholesky_solve: needs a floating-point tensor, got int64",
       [] { cholesky_solve(tensor({{1}}), tensor({{1}})); }},
  };
}

}  // namespace

TEST_CASE("Cholesky's factors have their derivatives", "[ops][table]") {
  test::check_rows({
      {.name = "cholesky",
       .f = [](const Tensors& x) { return mixed(cholesky(positive(x[0]))); },
       .inputs = {{{2, 3, 3}}},
       .empty_inputs = {{0, 3, 3}},
       .empty_result = {0, 1, 1},
       .refuses = refusals(),
       .float32_tolerance = 1e-5},
      {.name = "cholesky",
       .f = [](const Tensors& x) { return mixed(cholesky(positive(x[0]), true)); },
       .inputs = {{{3, 2}}},
       .empty_inputs = {{0, 2}},
       .empty_result = {1, 1},
       .float32_tolerance = 1e-5},
      solve_row({2, 3, 2}, {2, 3, 3}, false, {{0, 3, 2}, {0, 3, 3}}, {0, 1, 1}),
      solve_row({3, 2}, {2, 3, 3}, true, {{0, 2}, {2, 0, 0}}, {2, 1, 1}),
  });
}

TEST_CASE("Cholesky's factors are triangular and multiply to the matrix", "[ops][linalg]") {
  // https://en.wikipedia.org/wiki/Cholesky_decomposition, the example.
  const Tensor x = test::exact({{4.0, 12.0, -16.0}, {12.0, 37.0, -43.0}, {-16.0, -43.0, 98.0}});
  CHECK(cholesky(x).to_vector<double>() == Doubles{2, 0, 0, 6, 1, 0, -8, 5, 3});
  CHECK(cholesky(x, true).to_vector<double>() == Doubles{2, 6, -8, 0, 1, 5, 0, 0, 3});
  for (const std::int64_t n : {1, 7, 180}) {
    const Tensor a = positive(test::spread({2, n, n}, -1, 1));
    const Tensor l = cholesky(a);
    const Tensor u = cholesky(a, true);
    CAPTURE(n);
    CHECK(test::difference(matmul(l, l.mT()), a, 0, 1e-13 * double(n)) == "");
    CHECK(test::difference(matmul(u.mT(), u), a, 0, 1e-13 * double(n)) == "");
    CHECK(test::difference(l, tril(l), 0, 0) == "");
    CHECK(test::difference(u, triu(u), 0, 0) == "");
  }
}

TEST_CASE("Cholesky's factors read one triangle", "[ops][linalg]") {
  const double lost = std::nan("");
  CHECK(cholesky(test::exact({{4.0, lost}, {2.0, 5.0}})).to_vector<double>() ==
        Doubles{2, 0, 1, 2});
  CHECK(cholesky(test::exact({{4.0, 2.0}, {lost, 5.0}}), true).to_vector<double>() ==
        Doubles{2, 1, 0, 2});
}

TEST_CASE("Cholesky's factors solve equations", "[ops][linalg]") {
  const Tensor a = positive(test::spread({2, 5, 5}, -1, 1));
  const Tensor b = test::spread({2, 5, 2}, -1, 1, 2);
  CHECK(test::difference(matmul(a, cholesky_solve(b, cholesky(a))), b, 0, 1e-13) == "");
  CHECK(test::difference(matmul(a, cholesky_solve(b, cholesky(a, true), true)), b, 0, 1e-13) == "");
}

TEST_CASE("the gradient of Cholesky's factors is symmetric", "[ops][linalg][autograd]") {
  const Tensor a = positive(test::spread({4, 4}, -1, 1)).requires_grad_();
  cholesky(a).backward(test::spread({4, 4}, -1, 1, 2));
  CHECK(test::difference(a.grad(), a.grad().t(), 0, 1e-14) == "");
}
