#include "tapegrad/ops/linalg/products.hpp"

#include <cmath>
#include <limits>

#include "support/catch.hpp"
#include "support/errors.hpp"
#include "support/op_table.hpp"
#include "support/values.hpp"
#include "tapegrad/graph.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/linalg.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::error_of;
using test::OpRow;
using test::Tensors;
using Ints = std::vector<std::int64_t>;
using Doubles = std::vector<double>;

namespace {

using Of2 = Tensor (*)(const Tensor&, const Tensor&);

OpRow row(std::string_view recorded, Of2 f, const Shape& a, const Shape& b,
          std::vector<Shape> empty, const Shape& result) {
  return {.name = recorded,
          .f = [f](const Tensors& x) { return f(x[0], x[1]); },
          .inputs = {{a}, {b}},
          .empty_inputs = std::move(empty),
          .empty_result = result};
}

using Of3 = Tensor (*)(const Tensor&, const Tensor&, const Tensor&, Scalar, Scalar);

OpRow sum_row(std::string_view recorded, Of3 f, const Shape& x, const Shape& a, const Shape& b,
              std::vector<Shape> empty, const Shape& result) {
  return {.name = recorded,
          .f = [f](const Tensors& in) { return f(in[0], in[1], in[2], 0.5, -2); },
          .inputs = {{x}, {a}, {b}},
          .empty_inputs = std::move(empty),
          .empty_result = result};
}

std::vector<test::Refusal> refusals() {
  const auto two = [](Of2 f, const Shape& a, const Shape& b) {
    return [=] { f(zeros(a), zeros(b)); };
  };
  return {
      {"dot: the right factor needs rank 1: shape [1, 2]", two(dot, {2}, {1, 2})},
      {"dot: sizes don't fit: [2] and [3]", two(dot, {2}, {3})},
      {"vdot: the left factor needs rank 1: shape []", two(vdot, {}, {3})},
      {"outer: the left factor needs rank 1: shape [2, 2]", two(outer, {2, 2}, {3})},
      {"mv: sizes don't fit: [2, 3] and [2]", two(mv, {2, 3}, {2})},
      {"bmm: the left factor needs rank 3: shape [2, 3]", two(bmm, {2, 3}, {2, 3, 2})},
      {"bmm: batches of different size: [2, 3, 4] and [1, 4, 3]", two(bmm, {2, 3, 4}, {1, 4, 3})},
      {"dot: element types differ: float32 and float64; convert one with to(float64)",
       [] { dot(zeros({2}), zeros({2}, float64)); }},
      {"dot: boolean tensors; convert them with to(int64)",
       [] { dot(zeros({2}, boolean), zeros({2}, boolean)); }},
      {"addmm: shape [3] doesn't broadcast to the product's [2, 2]",
       [] {
         addmm(zeros({3}), zeros({2, 1}), zeros({1, 2}));
       }},
      {"addmv: float64 added to a product of float32",
       [] {
         addmv(zeros({2}, float64), zeros({2, 1}), zeros({1}));
       }},
      {"addr: beta and alpha must be integers for int64",
       [] { addr(zeros({2}, int64), zeros({2}, int64), zeros({2}, int64), 0.5); }},
      {"baddbmm: batches of different size",
       [] {
         baddbmm(zeros({2}), zeros({2, 3, 4}), zeros({3, 4, 2}));
       }},
      {"cross: ranks differ: shapes [3] and [1, 3]",
       two([](const Tensor& a, const Tensor& b) { return cross(a, b); }, {3}, {1, 3})},
      {"cross: dim -1 must have size 3: shapes [3, 2] and [3, 2]",
       two([](const Tensor& a, const Tensor& b) { return cross(a, b); }, {3, 2}, {3, 2})},
      {"cross: shapes don't broadcast: [2, 3] and [4, 3]",
       two([](const Tensor& a, const Tensor& b) { return cross(a, b); }, {2, 3}, {4, 3})},
      {"kron: needs tensors of rank up to 4: shapes [1, 1, 1, 1, 1] and [1]",
       two(kron, {1, 1, 1, 1, 1}, {1})},
      {"multi_dot: 1 tensors; there must be at least two",
       [] {
         multi_dot({zeros({2, 2})});
       }},
      {"multi_dot: tensor 1 must be a matrix: shape [2]",
       [] {
         multi_dot({zeros({2, 2}), zeros({2}), zeros({2, 2})});
       }},
      {"multi_dot: tensor 2 of shape [4, 2] doesn't continue shape [2, 3]",
       [] {
         multi_dot({zeros({2, 2}), zeros({2, 3}), zeros({4, 2})});
       }},
      {"multi_dot: element types differ: float32 and float64",
       [] {
         multi_dot({zeros({2, 2}), zeros({2, 3}, float64)});
       }},
  };
}

}  // namespace

TEST_CASE("products by the names of their shapes have their derivatives", "[ops][table]") {
  OpRow first = row("matmul", dot, {3}, {3}, {{0}, {0}}, {});
  first.refuses = refusals();
  OpRow chain = {.name = "matmul",
                 .f = [](const Tensors& x) { return multi_dot(x); },
                 .inputs = {{{3}}, {{3, 2}}, {{2, 4}}, {{4}}},
                 .empty_inputs = {{3}, {3, 0}, {0, 4}, {4}},
                 .empty_result = {}};
  test::check_rows({
      first,
      row("mul", outer, {3}, {2}, {{0}, {2}}, {0, 2}),
      row("matmul", mv, {2, 3}, {3}, {{0, 3}, {3}}, {0}),
      row("matmul", bmm, {2, 3, 2}, {2, 2, 4}, {{0, 3, 2}, {0, 2, 4}}, {0, 3, 4}),
      sum_row("add", addmm, {3}, {2, 4}, {4, 3}, {{3}, {0, 4}, {4, 3}}, {0, 3}),
      sum_row("add", addmv, {2}, {2, 4}, {4}, {{1}, {0, 4}, {4}}, {0}),
      sum_row("add", addr, {2, 1}, {2}, {3}, {{1, 1}, {0}, {3}}, {0, 3}),
      sum_row("add", baddbmm, {2, 1, 3}, {2, 2, 4}, {2, 4, 3}, {{1}, {0, 2, 4}, {0, 4, 3}},
              {0, 2, 3}),
      row("sub", [](const Tensor& a, const Tensor& b) { return cross(a, b); }, {2, 3}, {1, 3},
          {{0, 3}, {1, 3}}, {0, 3}),
      row("sub", [](const Tensor& a, const Tensor& b) { return cross(a, b, 0); }, {3, 1}, {3, 2},
          {{3, 0}, {3, 1}}, {3, 0}),
      row("mul", kron, {2, 3}, {3, 2}, {{0, 3}, {2, 2}}, {0, 6}),
      row("mul", kron, {2}, {2, 3, 1}, {{2}, {2, 0, 1}}, {2, 0, 2}),
      chain,
  });
}

TEST_CASE("products of vectors and matrices are those of the textbook", "[ops][linalg]") {
  const Tensor a = tensor({1, 2, 3});
  const Tensor b = tensor({4, 5, 6});
  CHECK(dot(a, b).item<std::int64_t>() == 32);
  CHECK(vdot(a, b).item<std::int64_t>() == 32);
  CHECK(outer(a, b).to_vector<std::int64_t>() == Ints{4, 5, 6, 8, 10, 12, 12, 15, 18});
  CHECK(mv(tensor({{1, 2, 3}, {0, 1, 0}}), b).to_vector<std::int64_t>() == Ints{32, 5});
  CHECK(cross(a, b).to_vector<std::int64_t>() == Ints{-3, 6, -3});
  CHECK(cross(eye(3)[0], eye(3)[1]).to_vector<double>() == Doubles{0, 0, 1});
  const Tensor x = tensor({{1, 2}, {3, 4}});
  CHECK(bmm(x.unsqueeze(0), x.unsqueeze(0)).to_vector<std::int64_t>() == Ints{7, 10, 15, 22});
  CHECK(outer(tensor({1, 2}), tensor({0.5f})).dtype() == float32);
}

TEST_CASE("a product may be added to something", "[ops][linalg]") {
  const Tensor x = tensor({{1, 2}, {3, 4}});
  const Tensor v = tensor({1, -1});
  CHECK(addmm(v, x, x, 10, 2).to_vector<std::int64_t>() == Ints{24, 10, 40, 34});
  CHECK(addmv(v, x, v).to_vector<std::int64_t>() == Ints{0, -2});
  CHECK(addr(x, v, v, -1, 3).to_vector<std::int64_t>() == Ints{2, -5, -6, -1});
  CHECK(baddbmm(v, x.unsqueeze(0), x.unsqueeze(0)).to_vector<std::int64_t>() == Ints{8, 9, 16, 21});
}

TEST_CASE("what is added times zero isn't read", "[ops][linalg]") {
  const Tensor lost = full({2}, std::nan(""));
  const Tensor x = eye(2);
  CHECK(addmm(lost, x, x, 0, 3).to_vector<double>() == Doubles{3, 0, 0, 3});
  CHECK(std::isnan(addmm(lost, x, x, 1, 0)[0][0].item<float>()));
}

TEST_CASE("the Kronecker product has a copy of b for each element of a", "[ops][linalg]") {
  // https://en.wikipedia.org/wiki/Kronecker_product, the example with 0, 5, 6, 7.
  const Tensor a = tensor({{1, 2}, {3, 4}});
  const Tensor b = tensor({{0, 5}, {6, 7}});
  CHECK(kron(a, b).to_vector<std::int64_t>() ==
        Ints{0, 5, 0, 10, 6, 7, 12, 14, 0, 15, 0, 20, 18, 21, 24, 28});
  CHECK(kron(tensor({1, 2}), b).to_vector<std::int64_t>() == Ints{0, 5, 0, 10, 6, 7, 12, 14});
  CHECK(kron(tensor(3), tensor({1, 2})).to_vector<std::int64_t>() == Ints{3, 6});
  CHECK(kron(ones({2, 1, 3, 1}), ones({1, 2, 1, 3})).shape() == Shape{2, 2, 3, 3});
}

TEST_CASE("mm() takes matrices alone", "[linalg]") {
  const Tensor a = tensor({{1.0, 2.0}, {3.0, 4.0}});
  CHECK(mm(a, a).to_vector<double>() == std::vector<double>{7, 10, 15, 22});
  CHECK(error_of([&] { mm(a, ones({2})); }).starts_with("mm: "));
  CHECK(error_of([&] { mm(ones({1, 2, 2}), a); }).starts_with("mm: "));
}

TEST_CASE("inner() sums over the last dimension of both", "[linalg][table]") {
  const Tensor a = arange(6.0, {.dtype = float64}).view(2, 3);
  const Tensor b = arange(12.0, {.dtype = float64}).view(2, 2, 3);
  const Tensor y = inner(a, b);
  CHECK(y.shape() == Shape{2, 2, 2});
  for (std::int64_t i = 0; i < 2; ++i) {
    for (std::int64_t j = 0; j < 4; ++j) {
      double sum = 0;
      for (std::int64_t k = 0; k < 3; ++k) {
        sum += static_cast<double>((3 * i + k) * (3 * j + k));
      }
      CHECK(y.view(2, 4)[i][j].item<double>() == sum);
    }
  }
  CHECK(inner(tensor(2.0), tensor({1.0, 3.0})).to_vector<double>() == std::vector<double>{2, 6});
  CHECK(error_of([&] { inner(a, ones({4}, float64)); }) ==
        "inner: last sizes differ: shapes [2, 3] and [4]");
  test::check_rows({row("matmul", inner, {2, 3}, {4, 3}, {{0, 3}, {4, 3}}, {0, 4})});
}
