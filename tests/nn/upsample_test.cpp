#include <cmath>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/errors.hpp"
#include "support/values.hpp"
#include "tapegrad/gradcheck.hpp"
#include "tapegrad/nn/upsample.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/program.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using Numbers = std::vector<double>;

TEST_CASE("an image in another size has its nearest elements", "[nn][upsample]") {
  const Tensor x = arange(1, 5).to(float64).reshape({1, 1, 2, 2});
  CHECK(nn::interpolate(x, {.scale_factor = {2}}).to_vector<double>() ==
        Numbers{1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4});
  CHECK(nn::interpolate(x, {.size = {1, 3}}).to_vector<double>() == Numbers{1, 1, 2});
  CHECK(nn::Upsample({.size = 3})(x).shape() == Shape{1, 1, 3, 3});
}

TEST_CASE("an image in another size lies between its elements", "[nn][upsample]") {
  // PyTorch's documentation of Upsample, as printed.
  const Tensor x = arange(1, 5).to(float64).reshape({1, 1, 2, 2});
  CHECK(nn::interpolate(x, {.scale_factor = {2}, .mode = "bilinear"}).to_vector<double>() ==
        Numbers{1, 1.25, 1.75, 2, 1.5, 1.75, 2.25, 2.5, 2.5, 2.75, 3.25, 3.5, 3, 3.25, 3.75, 4});
  const Tensor aligned =
      nn::interpolate(x, {.scale_factor = {2}, .mode = "bilinear", .align_corners = true});
  const Numbers printed{1.0,    1.3333, 1.6667, 2.0,    1.6667, 2.0,    2.3333, 2.6667,
                        2.3333, 2.6667, 3.0,    3.3333, 3.0,    3.3333, 3.6667, 4.0};
  CHECK(test::difference(aligned, Tensor::from_vector(Numbers(printed), {1, 1, 4, 4}), 0, 5e-5) ==
        "");
}

TEST_CASE("interpolate has right derivatives in all dimensions", "[nn][upsample]") {
  const auto check = [](const Shape& shape, const nn::InterpolateOptions& how) {
    const auto f = [&](const std::vector<Tensor>& in) { return nn::interpolate(in[0], how); };
    CHECK(gradcheck(f, {test::spread(shape, -1, 1).requires_grad_()}));
  };
  check({2, 1, 3}, {.size = 5, .mode = "linear"});
  check({1, 2, 3, 2}, {.scale_factor = {1.5, 2}, .mode = "bilinear"});
  check({1, 1, 2, 2, 2}, {.size = {3, 1, 4}, .mode = "trilinear", .align_corners = true});
  check({1, 2, 3, 2}, {.size = 2});
  check({1, 1, 4, 3}, {.scale_factor = {1.5, 2.2}, .mode = "bicubic"});
  check({1, 1, 4, 3}, {.size = {2, 5}, .mode = "bicubic", .align_corners = true});
  check({1, 1, 4, 3}, {.size = {2, 5}, .mode = "area"});
  check({1, 1, 5, 3}, {.size = {2, 4}, .mode = "bilinear", .antialias = true});
  check({1, 1, 7, 3}, {.scale_factor = {0.4, 2}, .mode = "bicubic", .antialias = true});
}

TEST_CASE("a fine pattern leaves no coarse one in a smaller image", "[nn][upsample]") {
  // Stripes of one element each. Filters as wide as 3.2 elements of x nearly see their mean.
  const Tensor x = (arange(64).to(float64) % 2).reshape({1, 1, 1, 64}).expand({1, 1, 2, 64});
  for (const std::string mode : {"bilinear", "bicubic"}) {
    const auto spread = [&](bool antialias) {
      const Tensor y = nn::interpolate(x, {.size = {2, 20}, .mode = mode, .antialias = antialias});
      return abs(y.narrow(3, 2, 16) - 0.5).max().item<double>();
    };
    CHECK(spread(false) > 0.3);
    CHECK(spread(true) < 0.1);
  }
}

TEST_CASE("a captured resize remembers its places", "[nn][upsample]") {
  for (const std::string mode : {"nearest", "bilinear"}) {
    const auto resize = [&](const Tensor& x) {
      return nn::interpolate(x, {.size = {3, 5}, .mode = mode});
    };
    const Program program = capture(resize, {{1, 2, 2, 2}});
    const Tensor x = test::spread({1, 2, 2, 2}, -1, 1).to(float32);
    CHECK(equal(program(x), resize(x)));
  }
}

TEST_CASE("sizes beyond memory are refused in interpolate's name", "[nn][upsample]") {
  for (const std::string mode : {"nearest", "bilinear"}) {
    const auto resize = [&](std::int64_t size) {
      nn::interpolate(ones({1, 1, 2, 2}), {.size = {size, 1}, .mode = mode});
    };
    const std::int64_t far = std::int64_t{1} << 50;
    CHECK(test::contains(test::error_of<MemoryError>([&] { resize(far); }),
                         "interpolate: out of memory: a size of 1125899906842624 needs "
                         "9007199254740992 bytes"));
    CHECK(test::error_of<ShapeError>([&] { resize(far << 12); }) ==
          "interpolate: more than 64 bits count: 4611686018427387904 times 8");
  }
}

// With a = -3/4 a line stays one at the elements and halfway between them.
TEST_CASE("a cubic resize keeps constants and lines", "[nn][upsample]") {
  const Tensor line = arange(8).to(float64).reshape({1, 1, 1, 8}).expand({1, 1, 3, 8});
  const Tensor y =
      nn::interpolate(line, {.size = {5, 15}, .mode = "bicubic", .align_corners = true});
  for (std::int64_t i = 2; i < 13; ++i) {  // further out, elements repeat
    const double wanted = static_cast<double>(i) / 2;
    // Halfway between two, weights are symmetric; on an element it is that element.
    CHECK(std::abs(y[0][0][2][i].item<double>() - wanted) < 1e-14);
  }
}

TEST_CASE("interpolate names what doesn't fit", "[nn][upsample]") {
  const Tensor x = ones({1, 1, 2, 2});
  CHECK_THROWS_WITH(nn::interpolate(x, {}),
                    "interpolate: 0 sizes and 0 factors for 2 dimensions; give one of them, one "
                    "number or one for each");
  CHECK_THROWS_WITH(
      nn::interpolate(x, {.size = 2, .mode = "linear"}),
      "interpolate: mode \"linear\" of 2 dimensions; use \"nearest\", \"bilinear\", \"bicubic\" or "
      "\"area\"");
  CHECK_THROWS_WITH(nn::interpolate(x, {.size = 0}), "interpolate: size is [0]; the least is 1");
  CHECK_THROWS_AS(nn::interpolate(x, {.scale_factor = {0.1}}), Error);
  for (const char* mode : {"nearest", "nearest-exact", "area"}) {
    CHECK_THROWS_WITH(
        nn::interpolate(x, {.size = 2, .mode = mode, .align_corners = true}),
        Catch::StartsWith("interpolate: align_corners is true, but \"" + std::string(mode) + "\""));
  }
  CHECK_THROWS_WITH(nn::interpolate(x, {.size = 2, .mode = "area", .antialias = true}),
                    Catch::StartsWith("interpolate: antialias is true, but the mode is \"area\""));
  CHECK_THROWS_AS(nn::interpolate(x[0][0], {.size = 2}), ShapeError);
  CHECK_THROWS_AS(nn::interpolate(x.to(int64), {.size = 2}), DTypeError);
  CHECK(to_string(nn::Upsample({.scale_factor = {2}, .mode = "bilinear"})) ==
        "Upsample(scale_factor=2.0, mode='bilinear')");
}
