#include "tapegrad/nn/pool.hpp"
#include "support/catch.hpp"
#include "support/values.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;

TEST_CASE("pools compute what their functions do", "[nn][pool]") {
  const Tensor x = test::spread({2, 3, 6, 5}, 0.1, 1);
  const auto same = [](const Tensor& a, const Tensor& b) {
    CHECK(test::difference(a, b, 0, 0) == "");
  };
  const nn::MaxPoolOptions most{.stride = 1, .padding = 1, .dilation = {2, 1}};
  same(nn::MaxPool2d(2, most)(x), nn::max_pool2d(x, 2, most));
  same(nn::MaxPool1d(2)(x[0]), nn::max_pool1d(x[0], 2));
  same(nn::MaxPool3d(2)(x), nn::max_pool3d(x, 2));
  const nn::AvgPoolOptions mean{.stride = 2, .padding = 1, .count_include_pad = false};
  same(nn::AvgPool2d(3, mean)(x), nn::avg_pool2d(x, 3, mean));
  same(nn::AvgPool1d(2)(x[0]), nn::avg_pool1d(x[0], 2));
  same(nn::AvgPool3d(2)(x), nn::avg_pool3d(x, 2));
  same(nn::LPPool1d(3, 2)(x[0]), nn::lp_pool1d(x[0], 3, 2));
  same(nn::LPPool2d(2, 2, {.stride = 1})(x), nn::lp_pool2d(x, 2, 2, {.stride = 1}));
  same(nn::LPPool3d(1, 2)(x), nn::lp_pool3d(x, 1, 2));
  same(nn::AdaptiveAvgPool1d(2)(x[0]), nn::adaptive_avg_pool1d(x[0], 2));
  same(nn::AdaptiveAvgPool2d({2, -1})(x), nn::adaptive_avg_pool2d(x, {2, 5}));
  same(nn::AdaptiveAvgPool3d(1)(x), nn::adaptive_avg_pool3d(x, 1));
  same(nn::AdaptiveMaxPool1d(2)(x[0]), nn::adaptive_max_pool1d(x[0], 2));
  same(nn::AdaptiveMaxPool2d(3)(x), nn::adaptive_max_pool2d(x, 3));
  same(nn::AdaptiveMaxPool3d(1)(x), nn::adaptive_max_pool3d(x, 1));
}

TEST_CASE("pools print as PyTorch's do", "[nn][pool]") {
  CHECK(to_string(nn::MaxPool2d(2)) ==
        "MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)");
  CHECK(to_string(nn::AvgPool3d({1, 2, 3}, {.stride = 2})) ==
        "AvgPool3d(kernel_size=(1, 2, 3), stride=2, padding=0)");
  CHECK(to_string(nn::LPPool1d(2, 3)) ==
        "LPPool1d(norm_type=2, kernel_size=3, stride=3, ceil_mode=False)");
  CHECK(to_string(nn::AdaptiveAvgPool2d({5, 7})) == "AdaptiveAvgPool2d(output_size=(5, 7))");
}
