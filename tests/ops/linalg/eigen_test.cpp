#include "tapegrad/ops/linalg/eigen.hpp"

#include <cmath>
#include <numbers>

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
using test::symmetric;
using test::Tensors;

namespace {

OpRow row(const Shape& shape, std::function<Tensor(const Tensor&)> f, const Shape& empty,
          const Shape& empty_result) {
  return {.name = "eigh",
          .f = [f](const Tensors& x) { return f(symmetric(test::apart(x[0], 1.5))); },
          .inputs = {{shape, -1, 1}},
          .empty_inputs = {empty},
          .empty_result = empty_result,
          .float32_tolerance = 1e-5,
          .tolerance = 1e-8};
}

/// What doesn't depend on the vectors' signs.
Tensor unsigned_vectors(const Tensor& x) { return mixed(square(eigh(x).eigenvectors)); }

}  // namespace

TEST_CASE("eigenvalues and eigenvectors have their derivatives", "[ops][table]") {
  const auto both = [](const Tensor& x) {
    const auto [values, vectors] = eigh(x, true);
    return mixed(square(vectors) * exp(0.2 * values).unsqueeze(-2));
  };
  OpRow first = row({2, 3, 3}, both, {0, 3, 3}, {0, 1, 1});
  first.refuses = {
      {"eigh: needs square matrices: shape [2, 3]",
       [] {
         eigh(zeros({2, 3}));
       }},
      {"eigh: needs a floating-point tensor, got int64", [] { eigh(tensor({{1}})); }},
      {"eigh: matrix [1] has elements that aren't finite; shape [2, 1, 1]",
       [] {
         eigh(test::exact({1.0, std::nan("")}).reshape({2, 1, 1}));
       }},
      {"eigvalsh: needs square matrices: shape [3]", [] { eigvalsh(zeros({3})); }},
      {"eigvalsh: the matrix has elements that aren't finite; shape [1, 1]",
       [] {
         eigvalsh(full({1, 1}, HUGE_VAL));
       }},
      {"eigh: rows or columns must be 20000 at most, and both 33554432: shape [20001, 20001]",
       [] {
         eigh(zeros({}).expand({20001, 20001}));
       }},
  };
  test::check_rows({
      first,
      row({3, 3}, unsigned_vectors, {0, 0}, {1, 1}),
      row({2, 3, 3}, [](const Tensor& x) { return mixed_lines(eigh(x).eigenvalues); }, {2, 0, 0},
          {2, 1}),
      row({2, 3, 3}, [](const Tensor& x) { return mixed_lines(eigvalsh(x)); }, {0, 3, 3}, {0, 1}),
  });
}

TEST_CASE("eigenvalues are those that are known", "[ops][linalg]") {
  const std::int64_t n = 60;
  const auto [values, vectors] = eigh(test::second_difference(n));
  std::vector<double> expected;
  for (std::int64_t k = 1; k <= n; ++k) {
    expected.push_back(2 - 2 * std::cos(double(k) * std::numbers::pi / double(n + 1)));
  }
  CHECK(test::difference(values, tensor(expected), 0, 1e-14) == "");
  CHECK(test::difference(eigvalsh(test::second_difference(n)), tensor(expected), 0, 1e-14) == "");
}

TEST_CASE("eigenvectors are orthonormal and make the matrix", "[ops][linalg]") {
  for (const std::int64_t n : {1, 4, 120}) {
    const Tensor x = symmetric(test::spread({2, n, n}, -1, 1));
    const auto [values, vectors] = eigh(x);
    CAPTURE(n);
    CHECK(test::difference(matmul(vectors * values.unsqueeze(-2), vectors.mT()), x, 0,
                           1e-14 * double(n + 10)) == "");
    CHECK(test::difference(matmul(vectors.mT(), vectors), expand_as(test::identity(n), x), 0,
                           1e-14 * double(n + 1)) == "");
    CHECK((values.slice(-1, 1) >= values.slice(-1, 0, n - 1)).all().item<bool>());
  }
}

TEST_CASE("eigenvalues are read off one triangle", "[ops][linalg]") {
  const Tensor x = test::exact({{1.0, 9.0}, {2.0, 1.0}});  // 1 - 2 and 1 + 2, or 1 - 9 and 1 + 9
  CHECK(test::difference(eigvalsh(x), test::exact({-1.0, 3.0}), 0, 1e-14) == "");
  CHECK(test::difference(eigh(x, true).eigenvalues, test::exact({-8.0, 10.0}), 0, 1e-14) == "");
}

TEST_CASE("eigenvalues have a derivative where they are equal, of a sum of all",
          "[ops][linalg][autograd]") {
  const Tensor x = test::identity(3).clone().requires_grad_();
  sum(eigvalsh(x)).backward();  // the trace
  CHECK(test::difference(x.grad(), test::identity(3), 0, 1e-14) == "");
}

TEST_CASE("the gradient of eigenvectors is symmetric", "[ops][linalg][autograd]") {
  const Tensor x = symmetric(test::apart(test::spread({4, 4}, -1, 1), 3)).requires_grad_();
  eigh(x).eigenvectors.backward(test::spread({4, 4}, -1, 1, 2));
  CHECK(test::difference(x.grad(), x.grad().t(), 0, 1e-15) == "");
}

TEST_CASE("results that a derivative keeps can be changed no more", "[ops][linalg][autograd]") {
  const Tensor x = symmetric(test::spread({3, 3}, -1, 1)).requires_grad_();
  const auto [values, vectors] = eigh(x);
  {
    const NoGrad guard;
    vectors.detach() *= 2;
  }
  CHECK_THROWS_AS(vectors.sum().backward(), AutogradError);
}
