#include <cmath>

#include "support/catch.hpp"
#include "support/values.hpp"
#include "tapegrad/gradcheck.hpp"
#include "tapegrad/nn/conv.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/random.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;

TEST_CASE("convolutions have PyTorch's shapes of weights", "[nn][conv]") {
  CHECK(nn::Conv1d(4, 6, 3, {.groups = 2}).weight.shape() == Shape{6, 2, 3});
  CHECK(nn::Conv2d(1, 6, 5).weight.shape() == Shape{6, 1, 5, 5});
  CHECK(nn::Conv3d(2, 3, {1, 2, 3}).weight.shape() == Shape{3, 2, 1, 2, 3});
  CHECK(nn::ConvTranspose1d(4, 6, 3, {.groups = 2}).weight.shape() == Shape{4, 3, 3});
  CHECK(nn::ConvTranspose2d(1, 6, 5).bias.shape() == Shape{6});
  CHECK(nn::ConvTranspose3d(2, 3, {1, 2, 3}).weight.shape() == Shape{2, 3, 1, 2, 3});
  CHECK_FALSE(nn::Conv2d(1, 6, 5, {.bias = false}).bias.defined());
}

TEST_CASE("convolutions compute what their functions do", "[nn][conv]") {
  const Tensor x = test::spread({2, 4, 6, 5}, -1, 1);
  const nn::Conv2d conv(
      4, 6, {3, 2},
      {.stride = {2, 1}, .padding = 1, .dilation = {1, 2}, .groups = 2, .dtype = float64});
  const nn::ConvOptions how{.stride = {2, 1}, .padding = {1, 1}, .dilation = {1, 2}, .groups = 2};
  CHECK(test::difference(conv(x), nn::conv2d(x, conv.weight, conv.bias, how), 0, 0) == "");
  const nn::ConvTranspose2d back(4, 2, 3, {.stride = 2, .output_padding = 1, .dtype = float64});
  const nn::ConvTransposeOptions back_how{.stride = 2, .output_padding = 1};
  CHECK(test::difference(back(x), nn::conv_transpose2d(x, back.weight, back.bias, back_how), 0,
                         0) == "");
  CHECK(back(x).shape() == Shape{2, 2, 14, 12});
}

TEST_CASE("a convolution sees zeros, mirrors, edges or the other end beyond its edges",
          "[nn][conv]") {
  const Tensor x = tensor({1.0, 2.0, 3.0}).reshape({1, 3});
  const auto of = [&](PadMode mode, nn::ConvPadding padding) {
    nn::Conv1d conv(1, 1, 3, {.padding = padding, .bias = false, .padding_mode = mode});
    conv.weight = nn::Parameter(tensor({100.0F, 10.0F, 1.0F}).reshape({1, 1, 3}));
    return conv(x).to_vector<float>();
  };
  for (const nn::ConvPadding& padding : {nn::ConvPadding(1), nn::ConvPadding("same")}) {
    CHECK(of(PadMode::constant, padding) == std::vector<float>{12, 123, 230});
    CHECK(of(PadMode::reflect, padding) == std::vector<float>{212, 123, 232});
    CHECK(of(PadMode::replicate, padding) == std::vector<float>{112, 123, 233});
    CHECK(of(PadMode::circular, padding) == std::vector<float>{312, 123, 231});
  }
}

TEST_CASE("convolutions begin uniform within one over the root of what a kernel reads",
          "[nn][conv]") {
  manual_seed(3);
  const nn::Conv2d conv(16, 64, 5, {.groups = 2});
  const nn::ConvTranspose1d back(8, 100, 4);
  const auto largest = [](const Tensor& x) { return x.detach().abs().max().item<double>(); };
  const double bound = 1 / std::sqrt(8.0 * 25);
  CHECK((largest(conv.weight) <= bound && largest(conv.weight) > 0.99 * bound));
  CHECK((largest(conv.bias) <= bound && largest(conv.bias) > 0.8 * bound));
  const double bound_back = 1 / std::sqrt(100.0 * 4);
  CHECK((largest(back.weight) <= bound_back && largest(back.weight) > 0.99 * bound_back));
}

TEST_CASE("convolutions print as PyTorch's do", "[nn][conv]") {
  CHECK(to_string(nn::Conv2d(1, 6, 5, {.padding = 2})) ==
        "Conv2d(1, 6, kernel_size=(5, 5), stride=(1, 1), padding=(2, 2))");
  CHECK(to_string(nn::Conv1d(2, 4, 3,
                             {.padding = "same",
                              .dilation = 2,
                              .groups = 2,
                              .bias = false,
                              .padding_mode = PadMode::circular})) ==
        "Conv1d(2, 4, kernel_size=(3,), stride=(1,), padding=same, dilation=(2,), groups=2, "
        "bias=False, padding_mode=circular)");
  CHECK(
      to_string(nn::ConvTranspose3d(2, 4, {1, 2, 3}, {.stride = 2, .output_padding = {0, 1, 0}})) ==
      "ConvTranspose3d(2, 4, kernel_size=(1, 2, 3), stride=(2, 2, 2), output_padding=(0, 1, 0))");
}

TEST_CASE("convolutions name what doesn't fit", "[nn][conv]") {
  CHECK_THROWS_WITH(nn::Conv2d(3, 4, 3, {.groups = 2}),
                    "Conv2d: 2 groups of 3 channels in, 4 out; they must divide both");
  CHECK_THROWS_WITH(nn::Conv2d(-1, 4, 3), "Conv2d: -1 channels in, 4 out; sizes are not negative");
  CHECK_THROWS_WITH(nn::Conv2d(1, 4, {3, 3, 3}),
                    "Conv2d: kernel_size is [3, 3, 3]; give one number, or one for each of 2 "
                    "dimensions");
  CHECK_THROWS_WITH(nn::Conv1d(1, 4, 0), "Conv1d: kernel_size is [0]; it has at least one element");
  CHECK_THROWS_AS(nn::Conv1d(1, 4, 3, {.dtype = int64}), DTypeError);
  nn::Conv1d conv(1, 1, 3);
  const nn::Conv1d taken = std::move(conv);
  CHECK_THROWS_WITH(conv(zeros({1, 3})), "Conv1d: it has no weight: it was moved from");
  CHECK(to_string(conv) == "Conv1d(moved from)");
}

TEST_CASE("a convolution's parameters have right derivatives", "[nn][conv]") {
  nn::Conv2d conv(2, 3, 2, {.padding = 1, .padding_mode = PadMode::reflect, .dtype = float64});
  conv.weight = nn::Parameter(test::spread({3, 2, 2, 2}, -2, 2, 1));
  const Tensor x = test::spread({2, 2, 3, 3}, -1, 1).requires_grad_();
  const auto f = [&](const std::vector<Tensor>& in) { return conv(in[0]); };
  CHECK(gradcheck(f, {x, conv.weight, conv.bias}));
}
