// Layers that only place elements anew.
#pragma once

#include <cstdint>
#include <string>

#include "tapegrad/nn/module.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace nn {

/// x itself.
struct Identity : Layer {
  Tensor forward(const Tensor& x) const override;
};

/// The dimensions from `start_dim` to `end_dim`, both included, as one: of a batch all but the
/// first.
class Flatten : public Layer {
 public:
  explicit Flatten(AsDim start_dim = 1, AsDim end_dim = -1) : start_(start_dim), end_(end_dim) {}
  Tensor forward(const Tensor& x) const override;
  std::string extra_repr() const override;

 private:
  std::int64_t start_, end_;
};

/// Dimension `dim` as several, of which one may be -1. Throws IndexError if dim is out of range,
/// ShapeError where the sizes don't fit.
class Unflatten : public Layer {
 public:
  Unflatten(AsDim dim, const Shape& unflattened_size) : dim_(dim), sizes_(unflattened_size) {}
  Tensor forward(const Tensor& x) const override;
  std::string extra_repr() const override;

 private:
  std::int64_t dim_;
  Shape sizes_;
};

/// x: [..., c r^2, height, width] -> [..., c, height r, width r]: the channels become the pixels of
/// finer images. Throws ShapeError where r^2 doesn't divide the channels, Error for an r below 1.
Tensor pixel_shuffle(const Tensor& x, std::int64_t upscale_factor);
/// The other way round. Throws ShapeError where r doesn't divide height and width.
Tensor pixel_unshuffle(const Tensor& x, std::int64_t downscale_factor);

/// x: [n, channels, ...]; of g groups of channels first the first channel of each, then the second
/// of each, and so on. Throws ShapeError for a rank below 2 and where g doesn't divide the
/// channels, Error for a g below 1. Source: Zhang et al. (2018), "ShuffleNet: an extremely
/// efficient convolutional neural network for mobile devices".
Tensor channel_shuffle(const Tensor& x, std::int64_t groups);

class ChannelShuffle : public Layer {
 public:
  explicit ChannelShuffle(AsSize groups) : groups_(groups) {}
  Tensor forward(const Tensor& x) const override { return channel_shuffle(x, groups_); }
  std::string extra_repr() const override;

 private:
  std::int64_t groups_;
};

class PixelShuffle : public Layer {
 public:
  explicit PixelShuffle(AsSize upscale_factor) : factor_(upscale_factor) {}
  Tensor forward(const Tensor& x) const override { return pixel_shuffle(x, factor_); }
  std::string extra_repr() const override;

 private:
  std::int64_t factor_;
};

class PixelUnshuffle : public Layer {
 public:
  explicit PixelUnshuffle(AsSize downscale_factor) : factor_(downscale_factor) {}
  Tensor forward(const Tensor& x) const override { return pixel_unshuffle(x, factor_); }
  std::string extra_repr() const override;

 private:
  std::int64_t factor_;
};

}  // namespace nn
}  // namespace tapegrad
