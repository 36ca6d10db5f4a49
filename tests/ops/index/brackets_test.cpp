// Brackets with tensors: the elements against a loop over positions, assignment, and the tape. The
// expected shapes are those of torch 2.13.
#include <functional>

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
using Ints = std::vector<std::int64_t>;

namespace {

Tensor counted(const Shape& shape) { return arange(numel(shape)).reshape(shape); }

std::int64_t at(const Tensor& x, std::initializer_list<std::int64_t> place) {
  Tensor y = x;
  for (const std::int64_t i : place) y = y.select(0, i);
  return y.item<std::int64_t>();
}

const Tensor rows = tensor({1, -1, 0});
const Tensor columns = tensor({3, 0, -2});

}  // namespace

TEST_CASE("brackets with tensors have their derivatives", "[ops][table]") {
  const auto row = [](std::string_view name, const std::function<Tensor(const Tensor&)>& f,
                      const Shape& empty_result) {
    return test::OpRow{.name = name,
                       .f = [f](const Tensors& x) { return square(f(x[0])); },
                       .inputs = {{{3, 4, 2}}},
                       .empty_inputs = {{3, 4, 0}},
                       .empty_result = empty_result};
  };
  test::check_rows({row("index_select", [](const Tensor& x) { return x[rows]; }, {3, 4, 0}),
                    row("index_select",
                        [](const Tensor& x) {
                          return x[{rows, columns}];
                        },
                        {3, 0}),
                    row("index_select",
                        [](const Tensor& x) {
                          return x[{ellipsis, columns, Slice()}];
                        },
                        {3, 3, 0}),
                    row("index_select",
                        [](const Tensor& x) {
                          Tensor y = x * 1;
                          y[{rows, Slice(1, 3)}] = 2.0;
                          return y[{Slice(), columns}];
                        },
                        {3, 3, 0})});
}

TEST_CASE("tensors of integers name elements together", "[ops][index]") {
  const Tensor x = counted({3, 4, 2});
  const Tensor pairs = x[{rows, columns}];
  CHECK(pairs.shape() == Shape{3, 2});
  const Ints r{1, 2, 0};
  const Ints c{3, 0, 2};
  for (std::int64_t i = 0; i < 3; ++i) {
    const auto k = static_cast<std::size_t>(i);
    CHECK(at(pairs, {i, 1}) == at(x, {r[k], c[k], 1}));
    CHECK(at(x[{Slice(), columns}], {2, i, 1}) == at(x, {2, c[k], 1}));
    CHECK(at(x[{rows, Slice(), tensor({0, 1, 1})}], {i, 3}) == at(x, {r[k], 3, i == 0 ? 0 : 1}));
    CHECK(at(x[{rows, newaxis, 2}], {i, 0, 1}) == at(x, {r[k], 2, 1}));
    CHECK(at(x.permute({2, 0, 1})[{Slice(), rows, columns}], {1, i}) == at(x, {r[k], c[k], 1}));
  }
  CHECK(x[{tensor({{0}, {1}}), tensor({0, 1, 2})}].shape() == Shape{2, 3, 2});
  CHECK(x[{0, Slice(), tensor({0, 1, 1})}].shape() == Shape{4, 3});  // as torch; NumPy: [3, 4]
  CHECK(x[{rows, Slice(), tensor(1)}].shape() == Shape{3, 4});
  CHECK(x[tensor(1)].shape() == Shape{4, 2});
  CHECK(x[tensor({{0, 1}, {2, 0}})].shape() == Shape{2, 2, 4, 2});
  CHECK(x[tensor({0, 2}).to(uint8)].shape() == Shape{2, 4, 2});
}

TEST_CASE("masks in brackets stand for the dimensions that they have", "[ops][index]") {
  const Tensor x = counted({2, 3});
  CHECK(x[x > 2].to_vector<std::int64_t>() == Ints{3, 4, 5});
  CHECK(x[tensor({false, true})].to_vector<std::int64_t>() == Ints{3, 4, 5});
  CHECK(x[{Slice(), tensor({true, false, true})}].to_vector<std::int64_t>() == Ints{0, 2, 3, 5});
  CHECK(x[{tensor({true, true}), tensor({0, 2})}].to_vector<std::int64_t>() == Ints{0, 5});
  CHECK(counted({2, 3, 2})[x > 3].shape() == Shape{2, 2});
  CHECK(x[x > 9].shape() == Shape{0});
}

TEST_CASE("what is assigned to brackets is written where they look", "[ops][index]") {
  Tensor x = counted({2, 3});
  x[x > 3] = 0;
  CHECK(x.to_vector<std::int64_t>() == Ints{0, 1, 2, 3, 0, 0});
  x[tensor({true, false})] = -1;
  CHECK(x.to_vector<std::int64_t>() == Ints{-1, -1, -1, 3, 0, 0});
  x[{tensor({0, 1}), tensor({2, -3})}] = tensor({7, 8});
  CHECK(x.to_vector<std::int64_t>() == Ints{-1, -1, 7, 8, 0, 0});
  x[{Slice(), tensor({0, 2})}] = tensor({{1}, {2}});
  CHECK(x.to_vector<std::int64_t>() == Ints{1, -1, 1, 2, 0, 2});
  x.t()[tensor({1})] = 5;  // through a view that can't be flattened
  CHECK(x.to_vector<std::int64_t>() == Ints{1, 5, 1, 2, 5, 2});
  x.t()[{tensor({0, 2}), tensor({0, 1})}] = 9;
  CHECK(x.to_vector<std::int64_t>() == Ints{9, 5, 1, 2, 5, 9});
  x[tensor({0})] = x[tensor({1})];
  CHECK(x.to_vector<std::int64_t>() == Ints{2, 5, 9, 2, 5, 9});
  x[x == 2] = tensor({3, 4});
  CHECK(x.to_vector<std::int64_t>() == Ints{3, 5, 9, 4, 5, 9});
  x[{0, Slice(0, 2)}] = 0;
  CHECK(x.to_vector<std::int64_t>() == Ints{0, 0, 9, 4, 5, 9});
  x[x == 9] += 1;
  x[{tensor({1}), 0}] *= tensor({-2});
  CHECK(x.to_vector<std::int64_t>() == Ints{0, 0, 10, -8, 5, 10});
  auto kept = x[tensor({0})];
  kept -= 10;
  CHECK(kept.to_vector<std::int64_t>() == Ints{-10, -10, 0});
  CHECK(x[0].to_vector<std::int64_t>() == Ints{0, 0, 10});
  CHECK_THROWS_AS((x[tensor({0})] = 1e300), DTypeError);
  CHECK_THROWS_AS((x[tensor({0})] = tensor({1, 2})), ShapeError);
}

TEST_CASE("a selection that is kept is a tensor of its own", "[ops][index]") {
  Tensor x = counted({3});
  auto part = x[tensor({0, 1})];
  part = tensor({5});
  CHECK(part.shape() == Shape{1});
  CHECK(x.to_vector<std::int64_t>() == Ints{0, 1, 2});
  auto other = x[tensor({0})];
  other = part;
  CHECK(other.item<std::int64_t>() == 5);
  CHECK(x[0].item<std::int64_t>() == 0);
}

TEST_CASE("assignment through brackets with tensors is recorded", "[ops][index][autograd]") {
  const Tensor w = ones({4}, {.dtype = float64, .requires_grad = true});
  const Tensor v = full({2}, 3.0, {.dtype = float64, .requires_grad = true});
  Tensor y = w * 2;
  y[tensor({3, 1})] = v;
  (y * arange(4, {.dtype = float64})).sum().backward();
  CHECK(w.grad().to_vector<double>() == std::vector<double>{0, 0, 4, 0});
  CHECK(v.grad().to_vector<double>() == std::vector<double>{3, 1});
  CHECK_THROWS_AS((w[tensor({0})] = 0), AutogradError);
}

TEST_CASE("brackets say what doesn't fit", "[ops][index]") {
  const Tensor x = counted({2, 3});
  CHECK(error_of([&] { x[tensor({2})]; }) ==
        "index: index 2 is out of range for dimension 0 of shape [2, 3]");
  CHECK(error_of([&] {
          x[{Slice(), tensor({-4})}];
        }) == "index: index -4 is out of range for dimension 1 of shape [2, 3]");
  CHECK(error_of([&] { x[x.t() > 0]; }) ==
        "index: a mask of shape [3, 2] for dimension 0 of shape [2, 3]");
  CHECK_THROWS_AS((x[{rows, rows, rows}]), IndexError);
  CHECK_THROWS_AS(x[tensor({0.5})], DTypeError);
  CHECK_THROWS_AS((x[{tensor({0, 1}), tensor({0, 1, 2})}]), ShapeError);
  CHECK(error_of([&] { x.slice(0, 0, 2, -1); }) ==
        "slice: step -1; it must be positive; flip() turns the order round");
}
