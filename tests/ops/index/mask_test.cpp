#include "tapegrad/ops/index/mask.hpp"

#include <limits>

#include "support/catch.hpp"
#include "support/errors.hpp"
#include "support/op_table.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/index.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::error_of;
using test::Tensors;
using Doubles = std::vector<double>;
using Ints = std::vector<std::int64_t>;

TEST_CASE("choices by masks have their derivatives", "[ops][table]") {
  const Tensor mask = tensor({{true, false, true}, {false, false, true}});
  const Tensor x = zeros({2, 3});
  const Tensor none = zeros({0, 3}) > 0;
  const auto fitting = [=](const Tensor& v) { return v.numel() == 0 ? none : mask; };
  test::check_rows({
      {.name = "masked_fill",
       .f = [=](const Tensors& v) { return square(masked_fill(v[0], fitting(v[0]), 2)); },
       .inputs = {{{2, 3}}},
       .empty_inputs = {{0, 3}},
       .empty_result = {0, 3},
       .refuses = {{"masked_fill: the mask is float32, not bool", [=] { masked_fill(x, x, 0); }},
                   {"masked_fill",
                    [=] {
                      masked_fill(x, mask.reshape({3, 2}), 0);
                    }},
                   {"masked_fill", [=] { masked_fill(x.to(int64), mask, 1e300); }}}},
      {.name = "where",
       .f = [=](const Tensors& v) { return square(masked_fill(v[0], fitting(v[0]), v[1])); },
       .inputs = {{{2, 3}}, {{}}},
       .empty_inputs = {{0, 3}, {}},
       .empty_result = {0, 3},
       .refuses = {{"masked_fill: a value of shape [3]",
                    [=] { masked_fill(x, mask, zeros({3})); }}}},
      {.name = "index_select",
       .f = [=](const Tensors& v) { return square(masked_select(v[0], fitting(v[0]))); },
       .inputs = {{{2, 3}}},
       .empty_inputs = {{0, 3}},
       .empty_result = {0},
       .refuses = {{"masked_select: the mask is int64",
                    [] {
                      masked_select(ones({2}), tensor({0, 1}));
                    }}}},
      {.name = "index_add",
       .f = [=](const Tensors& v) { return square(masked_scatter(v[0], fitting(v[0]), v[1])); },
       .inputs = {{{2, 3}}, {{4}}},
       .empty_inputs = {{0, 3}, {0}},
       .empty_result = {0, 3},
       .refuses = {{"masked_scatter: 2 elements for 3 places",
                    [=] { masked_scatter(x, mask, zeros({2})); }},
                   {"masked_scatter: float64 into float32",
                    [=] { masked_scatter(x, mask, zeros({4}, {.dtype = float64})); }}}},
  });
}

TEST_CASE("a mask chooses, fills and is filled", "[ops][index]") {
  const Tensor x = tensor({{1, 2, 3}, {4, 5, 6}});
  const Tensor mask = x > 3;
  CHECK(masked_select(x, mask).to_vector<std::int64_t>() == Ints{4, 5, 6});
  CHECK(masked_select(x.t(), mask.t()).to_vector<std::int64_t>() == Ints{4, 5, 6});
  CHECK(masked_select(x, tensor({true, false, true})).to_vector<std::int64_t>() ==
        Ints{1, 3, 4, 6});
  CHECK(masked_select(tensor(5), mask).to_vector<std::int64_t>() == Ints{5, 5, 5});
  CHECK(masked_fill(x, mask, 0).to_vector<std::int64_t>() == Ints{1, 2, 3, 0, 0, 0});
  CHECK(masked_fill(x, mask, tensor(9)).to_vector<std::int64_t>() == Ints{1, 2, 3, 9, 9, 9});
  CHECK(masked_scatter(x, mask, tensor({7, 8, 9, 10})).to_vector<std::int64_t>() ==
        Ints{1, 2, 3, 7, 8, 9});
  for (const DType dtype : {boolean, uint8, int32, float32, float64}) {
    const Tensor y = masked_fill(ones({3}, {.dtype = dtype}), tensor({true, false, true}), 0);
    CHECK(y.dtype() == dtype);
    CHECK(y.to_vector<std::int64_t>() == Ints{0, 1, 0});
  }
  CHECK(masked_select(zeros({0}), zeros({0}) > 0).shape() == Shape{0});
}

TEST_CASE("masked_fill_ writes through views and is recorded", "[ops][index]") {
  Tensor x = ones({2, 3});
  x.t().masked_fill_(tensor({{true, false}, {false, true}, {true, true}}), 5);
  CHECK(x.to_vector<float>() == std::vector<float>{5, 1, 5, 1, 5, 5});
  const Tensor w = ones({3}, {.dtype = float64, .requires_grad = true});
  Tensor y = w * 2;
  y.masked_fill_(tensor({true, false, false}), 7);
  (y * y).sum().backward();
  CHECK(w.grad().to_vector<double>() == Doubles{0, 8, 8});
  CHECK_THROWS_AS(x.masked_fill_(ones({4}) > 0, 0), ShapeError);
  CHECK(error_of([&] { x.masked_fill_(x, 0); }) ==
        "masked_fill_: the mask is float32, not bool; compare it with != 0");
  Tensor leaf = w;
  CHECK_THROWS_AS(leaf.masked_fill_(tensor({true, false, false}), 0), AutogradError);
}

TEST_CASE("what a mask replaces takes no infinite gradient", "[ops][choice][index]") {
  const Tensor x = Tensor::from_vector<double>({0, 4}).requires_grad_();
  masked_fill(sqrt(x), x.detach() == 0, 0).sum().backward();
  const Doubles g = x.grad().to_vector<double>();
  CHECK(g[1] == 0.25);
}

TEST_CASE("nonzero lists where elements are that aren't 0", "[ops][index]") {
  const Tensor x = tensor({{0, 3}, {0, 0}, {5, 1}});
  CHECK(nonzero(x).to_vector<std::int64_t>() == Ints{0, 1, 2, 0, 2, 1});
  CHECK(argwhere(x.t()).to_vector<std::int64_t>() == Ints{0, 2, 1, 0, 1, 2});
  CHECK(nonzero(x).dtype() == int64);
  CHECK(nonzero(zeros({2, 0})).shape() == Shape{0, 2});
  CHECK(nonzero(tensor(1)).shape() == Shape{1, 0});
  CHECK(
      nonzero(tensor({0.0, std::numeric_limits<double>::quiet_NaN()})).to_vector<std::int64_t>() ==
      Ints{1});
  const std::vector<Tensor> columns = where(x > 0);
  CHECK(columns[0].to_vector<std::int64_t>() == Ints{0, 2, 2});
  CHECK(columns[1].to_vector<std::int64_t>() == Ints{1, 0, 1});
  CHECK(where(tensor(true))[0].to_vector<std::int64_t>() == Ints{0});
}

TEST_CASE("the method where has its condition first", "[tensor][methods]") {
  const Tensor x = tensor({1, 2, 3});
  CHECK(x.where(x > 1, -x).to_vector<std::int64_t>() == Ints{-1, 2, 3});
  CHECK(x.where(x > 1, 0).to_vector<std::int64_t>() == Ints{0, 2, 3});
}
