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

TEST_CASE("arange counts in integers or floats", "[create]") {
  CHECK(arange(4).dtype() == int64);
  CHECK(arange(4).to_vector<std::int64_t>() == Ints{0, 1, 2, 3});
  CHECK(arange(2, 9, 3).to_vector<std::int64_t>() == Ints{2, 5, 8});
  CHECK(arange(2, 8, 3).to_vector<std::int64_t>() == Ints{2, 5});
  CHECK(arange(5, 0, -2).to_vector<std::int64_t>() == Ints{5, 3, 1});
  CHECK(arange(3, 3).shape() == Shape{0});
  CHECK(arange(0).shape() == Shape{0});
  CHECK(arange(2.5).dtype() == float32);
  CHECK(arange(2.5).to_vector<float>() == Floats{0, 1, 2});
  CHECK(arange(1, 2, 0.25).to_vector<float>() == Floats{1, 1.25, 1.5, 1.75});
  CHECK(arange(1.0, 0.0, -0.5).to_vector<float>() == Floats{1, 0.5});
  CHECK(arange(3, {.dtype = float64}).to_vector<double>() == Doubles{0, 1, 2});
  CHECK(arange(256, {.dtype = uint8}).to_vector<std::int64_t>().back() == 255);
  CHECK(arange(3, {.dtype = float32, .requires_grad = true}).requires_grad());
  // Every element comes from its index: no sum of roundings.
  CHECK(arange(0, 1, 0.1, {.dtype = float64}).to_vector<double>()[7] == 7 * 0.1);
}

TEST_CASE("arange refuses steps that lead nowhere", "[create]") {
  CHECK_THROWS_AS(arange(0, 4, 0), ShapeError);
  CHECK_THROWS_AS(arange(0.0, 4.0, 0.0), ShapeError);
  CHECK_THROWS_AS(arange(0, 4, -1), ShapeError);
  CHECK_THROWS_AS(arange(4.0, 0.0), ShapeError);
  CHECK_THROWS_AS(arange(0, std::numeric_limits<double>::infinity()), ShapeError);
  CHECK_THROWS_AS(arange(std::numeric_limits<double>::quiet_NaN()), ShapeError);
  CHECK_THROWS_AS(arange(257, {.dtype = uint8}), DTypeError);
  CHECK_THROWS_AS(arange(2, {.dtype = boolean}), DTypeError);
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  CHECK_THROWS_AS(arange(-most, most), ShapeError);
}

TEST_CASE("linspace reaches both ends exactly", "[create]") {
  CHECK(linspace(0, 1, 5).to_vector<float>() == Floats{0, 0.25, 0.5, 0.75, 1});
  CHECK(linspace(3, -1, 3).to_vector<float>() == Floats{3, 1, -1});
  CHECK(linspace(2, 7, 1).to_vector<float>() == Floats{2});
  CHECK(linspace(2, 7, 0).shape() == Shape{0});
  CHECK(linspace(0, 9, 4, {.dtype = int64}).to_vector<std::int64_t>() == Ints{0, 3, 6, 9});
  const Doubles x = linspace(-0.1, 0.1, 1001, {.dtype = float64}).to_vector<double>();
  CHECK(x.back() == 0.1);
  for (std::size_t i = 0; i < x.size(); ++i) {
    // The step is off by half a unit in the last place, 500 times over.
    CHECK(x[i] == Approx(-0.1 + 0.0002 * static_cast<double>(i)).margin(500 * 2e-20));
  }
  CHECK_THROWS_AS(linspace(0, 1, -1), ShapeError);
  CHECK_THROWS_AS(linspace(0, 1, 2, {.dtype = boolean}), DTypeError);
}

TEST_CASE("eye has ones on its diagonal", "[create]") {
  CHECK(eye(2).to_vector<float>() == Floats{1, 0, 0, 1});
  CHECK(eye(2, 3).to_vector<float>() == Floats{1, 0, 0, 0, 1, 0});
  CHECK(eye(3, 2).to_vector<float>() == Floats{1, 0, 0, 1, 0, 0});
  CHECK(eye(3, 1).to_vector<float>() == Floats{1, 0, 0});
  CHECK(eye(1, 3).to_vector<float>() == Floats{1, 0, 0});
  CHECK(eye(0).shape() == Shape{0, 0});
  CHECK(eye(2, 0).shape() == Shape{2, 0});
  CHECK(eye(2, {.dtype = int32}).dtype() == int32);
  CHECK(eye(2, {.requires_grad = true}).is_leaf());
  CHECK_THROWS_AS(eye(-1), ShapeError);
}

TEST_CASE("constants have the dtype of their value or of what they are like", "[create]") {
  CHECK(zeros({2}).dtype() == float32);
  CHECK(full({2}, 3).dtype() == int64);
  CHECK(full({2}, 3.5).to_vector<float>() == Floats{3.5, 3.5});
  CHECK(full({2}, true).dtype() == boolean);
  CHECK(empty({3, 2}, {.dtype = int32}).shape() == Shape{3, 2});
  const Tensor x = zeros({2, 3}, {.dtype = int32}).t();
  CHECK(ones_like(x).dtype() == int32);
  CHECK(ones_like(x).shape() == Shape{3, 2});
  CHECK(ones_like(x).is_contiguous());
  CHECK(full_like(x, 2.5, {.dtype = float64}).to_vector<double>() == Doubles(6, 2.5));
  CHECK(zeros_like(x, {.dtype = float32, .requires_grad = true}).requires_grad());
  CHECK(empty_like(x).shape() == Shape{3, 2});
  CHECK_THROWS_AS(zeros({2, -1}), ShapeError);
}
