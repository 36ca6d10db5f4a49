#include "tapegrad/nn/shape.hpp"

#include "core/check.hpp"
#include "nn/python_text.hpp"

namespace tapegrad::nn {
namespace {

/// x: [..., c, h, w] as three numbers.
struct Image {
  Shape before;
  std::int64_t channels, height, width;
  Image(std::string_view name, const Tensor& x, std::int64_t factor) {
    check_defined(name, x);
    check<Error>(factor >= 1, "{}: factor {}; it is at least 1", name, factor);
    check<ShapeError>(x.dim() >= 3 && x.dim() <= 6, "{}: x is {}; it needs 3 to 6 dimensions", name,
                      x.shape());
    before = x.shape();
    width = before.back();
    height = before[before.size() - 2];
    channels = before[before.size() - 3];
    for (int i = 0; i < 3; ++i) before.erase(before.size() - 1);
  }
  Shape with(const Dims& sizes) const {
    Shape shape = before;
    for (const std::int64_t size : sizes) shape.push_back(size);
    return shape;
  }
  /// The order in which the dimensions behind `before` are exchanged.
  Dims order(const Dims& behind) const {
    Dims all;
    const auto first = static_cast<std::int64_t>(before.size());
    for (std::int64_t d = 0; d < first; ++d) all.push_back(d);
    for (const std::int64_t d : behind) all.push_back(first + d);
    return all;
  }
};

}  // namespace

Tensor Identity::forward(const Tensor& x) const {
  check_defined("Identity", x);
  return x;
}

Tensor Flatten::forward(const Tensor& x) const {
  check_defined("Flatten", x);
  return x.flatten(start_, end_);
}

std::string Flatten::extra_repr() const {
  return fmt::format("start_dim={}, end_dim={}", start_, end_);
}

Tensor Unflatten::forward(const Tensor& x) const {
  check_defined("Unflatten", x);
  const std::int64_t d = dim_ < 0 ? dim_ + x.dim() : dim_;
  check<IndexError>(d >= 0 && d < x.dim(), "Unflatten: dim {} is out of range for shape {}", dim_,
                    x.shape());
  Shape shape;
  std::int64_t known = 1;
  for (const std::int64_t size : sizes_) known *= size == -1 ? 1 : size;
  for (std::int64_t i = 0; i < x.dim(); ++i) {
    if (i != d) shape.push_back(x.size(i));
    for (std::size_t k = 0; i == d && k < sizes_.size(); ++k) {
      shape.push_back(sizes_[k] == -1 && known > 0 ? x.size(d) / known : sizes_[k]);
    }
  }
  return x.reshape(shape);
}

std::string Unflatten::extra_repr() const {
  return fmt::format("dim={}, unflattened_size={}", dim_, tuple_text(sizes_));
}

Tensor pixel_shuffle(const Tensor& x, std::int64_t r) {
  const Image image("pixel_shuffle", x, r);
  check<ShapeError>(image.channels % r == 0 && image.channels / r % r == 0,
                    "pixel_shuffle: x is {}, the factor {}; its square must divide the channels",
                    x.shape(), r);
  const std::int64_t c = image.channels / r / r;
  return x.reshape(image.with({c, r, r, image.height, image.width}))
      .permute(image.order({0, 3, 1, 4, 2}))
      .reshape(image.with({c, image.height * r, image.width * r}));
}

Tensor pixel_unshuffle(const Tensor& x, std::int64_t r) {
  const Image image("pixel_unshuffle", x, r);
  check<ShapeError>(image.height % r == 0 && image.width % r == 0,
                    "pixel_unshuffle: x is {}, the factor {}; it must divide height and width",
                    x.shape(), r);
  const std::int64_t h = image.height / r;
  const std::int64_t w = image.width / r;
  return x.reshape(image.with({image.channels, h, r, w, r}))
      .permute(image.order({0, 2, 4, 1, 3}))
      .reshape(image.with({image.channels * r * r, h, w}));
}

Tensor channel_shuffle(const Tensor& x, std::int64_t groups) {
  check_defined("channel_shuffle", x);
  check<Error>(groups >= 1, "channel_shuffle: {} groups; there is at least one", groups);
  check<ShapeError>(x.dim() >= 2 && x.dim() <= 7 && x.size(1) % groups == 0,
                    "channel_shuffle: x is {}, of {} groups; they must divide the channels, [n, "
                    "channels, ...]",
                    x.shape(), groups);
  Shape parts = x.shape();
  parts[1] = groups;
  parts.insert(2, x.size(1) / groups);
  return x.reshape(parts).transpose(1, 2).reshape(x.shape());
}

std::string ChannelShuffle::extra_repr() const { return fmt::format("groups={}", groups_); }

std::string PixelShuffle::extra_repr() const { return fmt::format("upscale_factor={}", factor_); }
std::string PixelUnshuffle::extra_repr() const {
  return fmt::format("downscale_factor={}", factor_);
}

}  // namespace tapegrad::nn
