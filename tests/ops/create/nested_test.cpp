#include "tapegrad/ops/create/nested.hpp"

#include <span>

#include "support/catch.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using Floats = std::vector<float>;
using Doubles = std::vector<double>;
using Ints = std::vector<std::int64_t>;

TEST_CASE("nested lists give a tensor of their shape", "[create]") {
  CHECK(tensor(3).shape() == Shape{});
  CHECK(tensor({3}).shape() == Shape{1});
  CHECK(tensor({1, 2, 3}).shape() == Shape{3});
  CHECK(tensor({{1, 2, 3}}).shape() == Shape{1, 3});
  CHECK(tensor({{1}, {2}, {3}}).shape() == Shape{3, 1});
  CHECK(tensor({{{1}}}).shape() == Shape{1, 1, 1});
  CHECK(tensor({{{1, 2}, {3, 4}, {5, 6}}, {{7, 8}, {9, 10}, {11, 12}}}).shape() == Shape{2, 3, 2});
  CHECK(tensor({{{{{{{{1, 2}}}}}}}}).shape() == Shape{1, 1, 1, 1, 1, 1, 1, 2});
  CHECK(tensor({{1, 2}, {3, 4}}).to_vector<std::int64_t>() == Ints{1, 2, 3, 4});
  CHECK(tensor({{0.5, -1}, {2.25, 1e-3}}).to_vector<double>() == Doubles{0.5, -1, 2.25, 1e-3f});
}

TEST_CASE("nested lists without numbers have sizes of zero", "[create]") {
  CHECK(tensor({}).shape() == Shape{0});
  CHECK(tensor({}).dtype() == float32);
  CHECK(tensor({{}, {}}).shape() == Shape{2, 0});
}

TEST_CASE("the numbers' kind gives the dtype, and options override it", "[create]") {
  CHECK(tensor({1, 2}).dtype() == int64);
  CHECK(tensor({1.0, 2.0}).dtype() == float32);
  CHECK(tensor({1.0f, 2.0f}).dtype() == float32);
  CHECK(tensor({true, false}).dtype() == boolean);
  CHECK(tensor({1, 2.5}).dtype() == float32);
  CHECK(tensor({true, 2}).dtype() == int64);
  CHECK(tensor({true, 2}).to_vector<std::int64_t>() == Ints{1, 2});
  CHECK(tensor(std::uint8_t{7}).dtype() == int64);
  // 0.1 goes into float64 without passing through float32.
  CHECK(tensor({0.1}, {.dtype = float64}).item<double>() == 0.1);
  CHECK(tensor({0, 1, 2}, {.dtype = boolean}).to_vector<bool>() == std::vector{false, true, true});
  CHECK(tensor({1.9, -1.9}, {.dtype = int32}).to_vector<std::int64_t>() == Ints{1, -1});
  CHECK(tensor(9007199254740993).item<std::int64_t>() == 9007199254740993);
  CHECK(tensor({1.5}, {.requires_grad = true}).requires_grad());
  CHECK_THROWS_AS(tensor({1, 2}, {.requires_grad = true}), DTypeError);
}

TEST_CASE("ragged and too deep lists are refused", "[create]") {
  CHECK_THROWS_AS(tensor({{1, 2}, {3}}), ShapeError);
  CHECK_THROWS_AS(tensor({{1, 2}, 3}), ShapeError);
  CHECK_THROWS_AS(tensor({1, {2, 3}}), ShapeError);
  CHECK_THROWS_AS(tensor({{{1}, {2}}, {{3}, {4, 5}}}), ShapeError);
  CHECK_THROWS_AS(tensor({{}, {1}}), ShapeError);
  CHECK_THROWS_AS(tensor({{{{{{{{{1}}}}}}}}}), ShapeError);
  CHECK_THROWS_WITH(tensor({{1, 2}, {3}}),
                    "tensor: a list of 1 at level 1 where the first has 2; the lists are ragged");
}

TEST_CASE("a vector keeps its element type and, moved in, its memory", "[create]") {
  std::vector<double> values{1, 2, 3};
  const double* address = values.data();
  const Tensor x = tensor(std::move(values));
  CHECK(x.dtype() == float64);
  CHECK(x.data<double>() == address);
  CHECK(tensor(std::vector<bool>{true, false}).to_vector<bool>() == std::vector{true, false});
  CHECK(tensor(std::vector<float>{}).shape() == Shape{0});
  CHECK(tensor(std::vector<int>{1, 2}, {.dtype = float64, .requires_grad = true}).requires_grad());
  const float numbers[] = {4, 5, 6};
  const Tensor y = tensor(std::span(numbers).subspan(1));
  CHECK(y.to_vector<float>() == Floats{5, 6});
  CHECK(y.data<float>() != numbers + 1);
}
