// The autoencoder: images through few numbers, and back. No training here.
#pragma once

#include <cstdint>
#include <tapegrad/tapegrad.hpp>

/// [n, 1, height, width] to images of that shape, by way of codes [n, codes]. What is inked has the
/// value `ink`, which stays with the weights. While it is trained, noise is added to what it is
/// given: normal, with the deviation noise * ink.
struct Autoencoder : tapegrad::nn::Module {
  std::int64_t height, width;
  double noise;
  tapegrad::nn::Buffer ink;
  tapegrad::nn::Linear encoder1, encoder2, decoder1, decoder2;

  Autoencoder(std::int64_t rows, std::int64_t columns, std::int64_t codes, double inked = 1,
              double noisy = 0)
      : height(rows),
        width(columns),
        noise(noisy),
        ink(tapegrad::full({}, inked)),
        encoder1(rows * columns, 128),
        encoder2(128, codes),
        decoder1(codes, 128),
        decoder2(128, rows * columns) {}
  void visit(tapegrad::nn::Visitor& v) override {
    v("ink", ink), v("encoder1", encoder1), v("encoder2", encoder2);
    v("decoder1", decoder1), v("decoder2", decoder2);
  }
  tapegrad::Tensor encode(const tapegrad::Tensor& images) const {
    return encoder2(relu(encoder1((images / ink).flatten(1))));
  }
  tapegrad::Tensor decode(const tapegrad::Tensor& codes) const {
    const tapegrad::Tensor pixels = sigmoid(decoder2(relu(decoder1(codes))));
    return (ink * pixels).unflatten(1, {1, height, width});
  }
  tapegrad::Tensor forward(const tapegrad::Tensor& images) const {
    if (noise == 0 || !is_training()) return decode(encode(images));
    return decode(encode(images + ink * noise * tapegrad::randn(images.shape())));
  }
};
