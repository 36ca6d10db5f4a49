#include "tapegrad/ops/create/filled.hpp"

#include "support/catch.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using Floats = std::vector<float>;
using Doubles = std::vector<double>;

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

TEST_CASE("a new tensor has the dtype of the one that it is asked of", "[create]") {
  const Tensor x = zeros({2}, {.dtype = float64, .requires_grad = true});
  CHECK(x.new_zeros({2, 3}).dtype() == float64);
  CHECK(x.new_zeros({2, 3}).shape() == Shape{2, 3});
  CHECK_FALSE(x.new_ones({1}).requires_grad());
  CHECK(x.new_ones({2}).to_vector<double>() == Doubles{1, 1});
  CHECK(x.new_full({2}, 2.5).to_vector<double>() == Doubles{2.5, 2.5});
  CHECK(x.new_empty({0, 3}).shape() == Shape{0, 3});
  CHECK(x.new_ones({2}, {.dtype = int32, .requires_grad = false}).dtype() == int32);
  CHECK_THROWS_AS(x.new_zeros({-1}), ShapeError);
  CHECK_THROWS_WITH(tensor({1}).new_full({1}, 1e300),
                    Catch::Contains("new_full: 1e+300 doesn't fit"));
}
