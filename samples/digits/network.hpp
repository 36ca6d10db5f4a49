// The network: two convolutions, a hidden layer, a class for each digit. No training here.
#pragma once

#include <cstdint>
#include <tapegrad/tapegrad.hpp>

/// [n, 1, height, width] to logits [n, classes], for images of 8 x 8 or more. What is inked has the
/// value `ink`, which stays with the weights. Images of more than 16 pixels are halved after the
/// first convolution as well.
struct DigitNetwork : tapegrad::nn::Module {
  bool halved;
  tapegrad::nn::Buffer ink;
  tapegrad::nn::Conv2d conv1{1, 32, 3, {.padding = 1}};
  tapegrad::nn::BatchNorm2d norm1{32};
  tapegrad::nn::Conv2d conv2{32, 64, 3, {.padding = 1}};
  tapegrad::nn::BatchNorm2d norm2{64};
  tapegrad::nn::Dropout dropout1{0.25};
  tapegrad::nn::Linear hidden;
  tapegrad::nn::Dropout dropout2{0.5};
  tapegrad::nn::Linear out;

  DigitNetwork(std::int64_t height, std::int64_t width, double inked = 1, std::int64_t classes = 10)
      : halved(height > 16 && width > 16),
        ink(tapegrad::full({}, inked)),
        hidden(64 * (height / (halved ? 4 : 2)) * (width / (halved ? 4 : 2)), 128),
        out(128, classes) {}
  void visit(tapegrad::nn::Visitor& v) override {
    v("ink", ink), v("conv1", conv1), v("norm1", norm1), v("conv2", conv2), v("norm2", norm2);
    v("dropout1", dropout1), v("hidden", hidden), v("dropout2", dropout2), v("out", out);
  }
  tapegrad::Tensor forward(const tapegrad::Tensor& images) const {
    tapegrad::Tensor x = relu(norm1(conv1(images / ink)));
    if (halved) x = tapegrad::nn::max_pool2d(x, 2);
    x = tapegrad::nn::max_pool2d(relu(norm2(conv2(x))), 2);
    x = relu(hidden(dropout1(x).flatten(1)));
    return out(dropout2(x));
  }
};
