#include "tapegrad/ops/linalg/svd.hpp"

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
using test::Tensors;

namespace {

OpRow row(const Shape& shape, std::function<Tensor(const Tensor&)> f, const Shape& empty,
          const Shape& empty_result) {
  return {.name = "svd",
          .f = [f](const Tensors& x) { return f(test::shifted(test::apart(x[0], 1.5), 2)); },
          .inputs = {{shape, -1, 1}},
          .empty_inputs = {empty},
          .empty_result = empty_result,
          .float32_tolerance = 1e-5,
          .tolerance = 1e-8};
}

/// Of each pair of vectors what doesn't depend on its sign: [..., k, m, n].
Tensor pairs(const Tensor& u, const Tensor& vh) { return einsum("...ij,...jk->...jik", u, vh); }

/// Of reduced factors.
Tensor of_reduced(const Tensor& x) {
  const auto [u, s, vh] = svd(x, false);
  return mixed(pairs(u, vh) * exp(0.2 * s).unsqueeze(-1).unsqueeze(-1));
}

/// Of full ones also the projections onto the space of the further vectors.
Tensor of_full(const Tensor& x) {
  const auto [u, s, vh] = svd(x);
  const std::int64_t k = s.size(-1);
  const Tensor more_u = u.narrow(-1, k, u.size(-1) - k);
  const Tensor more_v = vh.narrow(-2, k, vh.size(-2) - k);
  const Tensor inner = pairs(u.narrow(-1, 0, k), vh.narrow(-2, 0, k)).sum(-3);
  return mixed(matmul(matmul(more_u, more_u.mT()), inner) +
               matmul(inner, matmul(more_v.mT(), more_v)) + inner);
}

}  // namespace

TEST_CASE("singular values and vectors have their derivatives", "[ops][table]") {
  OpRow first = row({2, 3, 3}, of_reduced, {0, 3, 3}, {0, 3, 1, 1});
  first.refuses = {
      {"svd: needs matrices: shape [3]", [] { svd(zeros({3})); }},
      {"svd: needs a floating-point tensor, got int64", [] { svd(tensor({{1}})); }},
      {"svd: matrix [1] has elements that aren't finite; shape [2, 1, 1]",
       [] {
         svd(test::exact({1.0, std::nan("")}).reshape({2, 1, 1}));
       }},
      {"svdvals: needs matrices: shape []", [] { svdvals(zeros({})); }},
      {"svdvals: the matrix has elements that aren't finite; shape [1, 2]",
       [] {
         svdvals(full({1, 2}, HUGE_VAL));
       }},
      {"svdvals: rows or columns must be 20000 at most, and both 33554432: shape [20001, 20002]",
       [] {
         svdvals(zeros({}).expand({20001, 20002}));
       }},
  };
  test::check_rows({
      first,
      row({4, 2}, of_reduced, {4, 0}, {0, 1, 1}),
      row({2, 4}, of_reduced, {0, 4}, {0, 1, 1}),
      row({4, 2}, of_full, {4, 0}, {1, 1}),
      row({2, 3}, of_full, {0, 4}, {1, 1}),
      row({2, 3, 2}, [](const Tensor& x) { return mixed(square(svd(x, false).u)); }, {0, 3, 2},
          {0, 1, 1}),
      row({2, 3}, [](const Tensor& x) { return mixed(square(svd(x, false).vh)); }, {0, 3}, {1, 1}),
      row({2, 3, 2}, [](const Tensor& x) { return mixed_lines(svd(x).s); }, {2, 3, 0}, {2, 1}),
      row({2, 3}, [](const Tensor& x) { return mixed_lines(svdvals(x)); }, {2, 0}, {1}),
  });
}

TEST_CASE("singular values are those that are known", "[ops][linalg]") {
  const double golden = (1 + std::sqrt(5.0)) / 2;
  const Tensor shear = test::exact({{1.0, 1.0}, {0.0, 1.0}});
  CHECK(test::difference(svdvals(shear), test::exact({golden, 1 / golden}), 1e-15, 0) == "");
  CHECK(test::difference(svd(test::exact({{3.0, 4.0}})).s, test::exact({5.0}), 1e-15, 0) == "");
  // Of a symmetric matrix the magnitudes of the eigenvalues.
  const Tensor x = test::second_difference(50);
  CHECK(test::difference(svdvals(x), flip(eigvalsh(x), 0), 0, 1e-14) == "");
}

TEST_CASE("singular vectors are orthonormal and make the matrix", "[ops][linalg]") {
  for (const Shape& shape : {Shape{2, 5, 3}, Shape{3, 5}, Shape{4, 4}, Shape{1, 1}, Shape{120, 70},
                             Shape{70, 120}, Shape{3, 0}, Shape{0, 3}, Shape{2, 0, 0}}) {
    const Tensor x = test::spread(shape, -1, 1);
    const std::int64_t k = std::min(x.size(-2), x.size(-1));
    CAPTURE(to_string(shape));
    for (const bool full : {false, true}) {
      const auto [u, s, vh] = svd(x, full);
      REQUIRE(u.size(-1) == (full ? x.size(-2) : k));
      REQUIRE(vh.size(-2) == (full ? x.size(-1) : k));
      const Tensor y = matmul(u.narrow(-1, 0, k) * s.unsqueeze(-2), vh.narrow(-2, 0, k));
      CHECK(test::difference(y, x, 0, 1e-13) == "");
      const Tensor uu = matmul(u.mT(), u);
      const Tensor vv = matmul(vh, vh.mT());
      CHECK(test::difference(uu, expand_as(test::identity(u.size(-1)), uu), 0, 1e-13) == "");
      CHECK(test::difference(vv, expand_as(test::identity(vh.size(-2)), vv), 0, 1e-13) == "");
      CHECK(test::difference(svdvals(x), s, 0, 1e-13) == "");
    }
  }
}

TEST_CASE("singular values have a derivative where they are equal, of a sum of all",
          "[ops][linalg][autograd]") {
  // The nuclear norm, whose derivative is the orthogonal factor.
  const Tensor x = (test::identity(3) * 2).requires_grad_();
  sum(svdvals(x)).backward();
  CHECK(test::difference(x.grad(), test::identity(3), 0, 1e-14) == "");
}
