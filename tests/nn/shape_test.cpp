#include <vector>

#include "support/catch.hpp"
#include "support/values.hpp"
#include "tapegrad/nn/shape.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using Numbers = std::vector<double>;

TEST_CASE("Flatten and Unflatten are each other's opposite", "[nn][shape]") {
  const Tensor x = test::spread({2, 3, 4, 5}, -1, 1);
  const Tensor flat = nn::Flatten()(x);
  CHECK(flat.shape() == Shape{2, 60});
  CHECK(test::difference(nn::Unflatten(1, {3, -1, 5})(flat), x, 0, 0) == "");
  CHECK(nn::Flatten(0, 2)(x).shape() == Shape{24, 5});
  CHECK(nn::Unflatten(-1, {30, 2})(flat).shape() == Shape{2, 30, 2});
  CHECK(nn::Identity()(x).is_same(x));
  CHECK_THROWS_AS(nn::Unflatten(1, {7, -1})(flat), ShapeError);
  CHECK_THROWS_WITH(nn::Unflatten(2, {7, -1})(flat),
                    "Unflatten: dim 2 is out of range for shape [2, 60]");
  CHECK(to_string(nn::Flatten()) == "Flatten(start_dim=1, end_dim=-1)");
  CHECK(to_string(nn::Unflatten(1, {2, 3})) == "Unflatten(dim=1, unflattened_size=(2, 3))");
}

TEST_CASE("channels become pixels, and pixels channels", "[nn][shape]") {
  const Tensor x = arange(16).to(float32).reshape({4, 2, 2});
  const Tensor y = nn::pixel_shuffle(x, 2);
  CHECK(y.shape() == Shape{1, 4, 4});
  // Channel 2 a + b gives row a and column b of each block.
  CHECK(y.to_vector<double>() == Numbers{0, 4, 1, 5, 8, 12, 9, 13, 2, 6, 3, 7, 10, 14, 11, 15});
  CHECK(test::difference(nn::pixel_unshuffle(y, 2), x, 0, 0) == "");
  const Tensor batch = test::spread({2, 3, 8, 1, 2}, -1, 1);
  CHECK(nn::PixelShuffle(2)(batch).shape() == Shape{2, 3, 2, 2, 4});
  CHECK(test::difference(nn::PixelUnshuffle(2)(nn::PixelShuffle(2)(batch)), batch, 0, 0) == "");
  CHECK(nn::pixel_shuffle(zeros({1, 0, 2, 1}), 3).shape() == Shape{1, 0, 6, 3});
  CHECK_THROWS_AS(nn::pixel_shuffle(zeros({1, 0, 2, 1}), std::int64_t{1} << 62), ShapeError);
  CHECK_THROWS_WITH(nn::pixel_shuffle(x, 3),
                    "pixel_shuffle: x is [4, 2, 2], the factor 3; its square must divide the "
                    "channels");
  CHECK_THROWS_WITH(nn::pixel_unshuffle(x, 3),
                    "pixel_unshuffle: x is [4, 2, 2], the factor 3; it must divide height and "
                    "width");
  CHECK_THROWS_AS(nn::pixel_shuffle(x, 0), Error);
  CHECK_THROWS_AS(nn::pixel_shuffle(x[0], 1), ShapeError);
  CHECK(to_string(nn::PixelShuffle(2)) == "PixelShuffle(upscale_factor=2)");
}
