#include "tapegrad/ops/linalg/inverse.hpp"

#include <cmath>

#include "examples.hpp"
#include "support/catch.hpp"
#include "support/errors.hpp"
#include "support/op_table.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/reduce.hpp"

using namespace tapegrad;
using test::mixed;
using test::OpRow;
using test::Tensors;
using Doubles = std::vector<double>;

namespace {

OpRow pinv_row(const Shape& shape, const Shape& empty, const Shape& empty_result) {
  return {.name = "pinv",
          .f = [](const Tensors& x) { return mixed(pinv(test::shifted(x[0], 3))); },
          .inputs = {{shape, -1, 1}},
          .empty_inputs = {empty},
          .empty_result = empty_result,
          .float32_tolerance = 1e-5,
          .tolerance = 1e-8};
}

std::vector<test::Refusal> refusals() {
  return {
      {"inv: needs square matrices: shape [2, 3]",
       [] {
         inv(zeros({2, 3}));
       }},
      {"inv: needs a floating-point tensor, got int64", [] { inv(tensor({{1}})); }},
      {"inv: the matrix is singular: pivot 2 of its LU factors is 0; shape [2, 2]",
       [] {
         inv(test::exact({{1.0, 2.0}, {2.0, 4.0}}));
       }},
      {"inv: matrix [1, 0] is singular: pivot 1 of its LU factors is 0; shape [2, 2, 1, 1]",
       [] {
         inv(test::exact({1.0, 2.0, 0.0, 0.0}).reshape({2, 2, 1, 1}));
       }},
      {"pinv: needs matrices: shape [3]", [] { pinv(zeros({3})); }},
      {"pinv: needs a floating-point tensor, got int32",
       [] {
         pinv(zeros({2, 2}, int32));
       }},
      {"pinv: the matrix has elements that aren't finite; shape [1, 1]",
       [] {
         pinv(full({1, 1}, std::nan("")));
       }},
      {"pinv: atol -1 and rtol 0; they can't be negative",
       [] {
         pinv(ones({1, 1}), -1, 0);
       }},
      {"pinv: atol 0 and rtol nan",
       [] {
         pinv(ones({1, 1}), 0, std::nan(""));
       }},
  };
}

}  // namespace

TEST_CASE("inverses have their derivatives", "[ops][table]") {
  test::check_rows({
      {.name = "inv",
       .f = [](const Tensors& x) { return mixed(inv(test::shifted(x[0], 5))); },
       .inputs = {{{2, 3, 3}}},
       .empty_inputs = {{0, 3, 3}},
       .empty_result = {0, 1, 1},
       .refuses = refusals()},
      pinv_row({2, 3, 3}, {2, 0, 0}, {2, 1, 1}),
      pinv_row({4, 2}, {4, 0}, {1, 1}),
      pinv_row({2, 4}, {0, 4}, {1, 1}),
  });
}

TEST_CASE("inverses are those of the textbook", "[ops][linalg]") {
  CHECK(test::difference(inv(test::exact({{1.0, 2.0}, {3.0, 4.0}})),
                         test::exact({{-2.0, 1.0}, {1.5, -0.5}}), 1e-15, 0) == "");
  // https://en.wikipedia.org/wiki/Hilbert_matrix: its inverse has integers.
  CHECK(test::difference(
            inv(test::hilbert(3)),
            test::exact({{9.0, -36.0, 30.0}, {-36.0, 192.0, -180.0}, {30.0, -180.0, 180.0}}), 1e-13,
            0) == "");
  const Tensor x = test::shifted(test::spread({150, 150}, -1, 1), 20);
  CHECK(test::difference(matmul(x, inv(x)), test::identity(150), 0, 1e-14) == "");
  CHECK(test::difference(matmul(x.mT(), inv(x.mT())), test::identity(150), 0, 1e-14) == "");
  CHECK(inv(full({1, 1}, std::nan(""))).isnan().all().item<bool>());
}

TEST_CASE("a pseudoinverse satisfies Penrose's four conditions", "[ops][linalg]") {
  const Tensor tall = test::spread({2, 5, 3}, -1, 1);
  const Tensor thin = matmul(tall, test::spread({3, 1}, -1, 1)) * test::spread({1, 4}, 1, 2);
  for (const Tensor& x : {tall, tall.mT(), thin, thin.mT(), zeros({2, 3}, float64)}) {
    const Tensor y = pinv(x);
    CHECK(test::difference(matmul(matmul(x, y), x), x, 0, 1e-14) == "");
    CHECK(test::difference(matmul(matmul(y, x), y), y, 0, 1e-13) == "");
    CHECK(test::difference(matmul(x, y), matmul(x, y).mT(), 0, 1e-14) == "");
    CHECK(test::difference(matmul(y, x), matmul(y, x).mT(), 0, 1e-14) == "");
  }
}

TEST_CASE("a pseudoinverse takes small singular values for zeros", "[ops][linalg]") {
  const Tensor x = test::exact({{4.0, 0.0}, {0.0, 1.0}});
  CHECK(pinv(x).to_vector<double>() == Doubles{0.25, 0, 0, 1});
  CHECK(pinv(x, 0, 0.3).to_vector<double>() == Doubles{0.25, 0, 0, 0});
  CHECK(pinv(x, 2).to_vector<double>() == Doubles{0.25, 0, 0, 0});
  CHECK(pinv(x, 5).to_vector<double>() == Doubles{0, 0, 0, 0});
  CHECK(pinv(test::exact({{1.0, 1.0}, {1.0, 1.0}}))[0][0].item<double>() == Approx(0.25));
}

TEST_CASE("the derivative of a pseudoinverse exists where singular values are equal",
          "[ops][linalg][autograd]") {
  // That of the inverse.
  const Tensor x = test::identity(3).clone().requires_grad_();
  const Tensor g = test::spread({3, 3}, -1, 1);
  pinv(x).backward(g);
  CHECK(test::difference(x.grad(), -g, 0, 1e-14) == "");
}

TEST_CASE("inverse() is inv() and says its own name", "[linalg]") {
  const Tensor x = tensor({{2.0, 0.0}, {0.0, 4.0}});
  CHECK(inverse(x).to_vector<double>() == std::vector<double>{0.5, 0, 0, 0.25});
  CHECK(test::error_of([] {
          inverse(zeros({2, 3}));
        }) == "inverse: needs square matrices: shape [2, 3]");
}
