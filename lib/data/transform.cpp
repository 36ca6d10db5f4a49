#include "tapegrad/data/transform.hpp"

#include <cmath>

#include "core/check.hpp"
#include "tapegrad/nn/upsample.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/index.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/shape.hpp"

namespace tapegrad::data {
namespace {

void check_image(std::string_view operation, const Tensor& x) {
  check_defined(operation, x);
  check<ShapeError>(x.dim() >= 2, "{}: an image has a height and a width, got shape {}", operation,
                    x.shape());
}

void check_size(std::string_view operation, std::int64_t height, std::int64_t width) {
  check<Error>(height > 0 && width > 0, "{}: a piece of {} x {} pixels; it has at least one",
               operation, height, width);
}

void check_larger(std::string_view operation, const Tensor& x, std::int64_t height,
                  std::int64_t width) {
  check<ShapeError>(x.size(-2) >= height && x.size(-1) >= width,
                    "{}: no piece of {} x {} pixels in an image of shape {}; pad or resize it",
                    operation, height, width, x.shape());
}

void check_probability(std::string_view operation, double p) {
  check<Error>(p >= 0 && p <= 1, "{}: p is {}; it lies in [0, 1]", operation, p);
}

void check_padding(std::string_view operation, std::int64_t width) {
  check<Error>(width >= 0, "{}: {} pixels around an image; it can't be negative", operation, width);
}

Tensor around(const Tensor& x, std::int64_t width, Scalar value) {
  return width == 0 ? x : pad(x, {width, width, width, width}, value);
}

Tensor piece(const Tensor& x, std::int64_t top, std::int64_t left, std::int64_t height,
             std::int64_t width) {
  return x.narrow(-2, top, height).narrow(-1, left, width);
}

std::int64_t below(std::int64_t end, Generator& random) {
  return randint(end, {}, {}, random).item<std::int64_t>();
}

bool happens(double p, Generator& random) { return rand({}, float64, random).item<double>() < p; }

Tensor statistic(const std::vector<double>& numbers, const Tensor& like) {
  return tensor(numbers, {.dtype = like.dtype()})
      .view({static_cast<std::int64_t>(numbers.size()), 1, 1});
}

}  // namespace

Tensor Compose::operator()(const Tensor& x, Generator& random) const {
  check_defined("Compose", x);
  Tensor result = x;
  for (const Step& step : steps_) result = step(result, random);
  return result;
}

Tensor ToFloat::operator()(const Tensor& x) const {
  check_defined("ToFloat", x);
  check<DTypeError>(x.dtype() == uint8, "ToFloat: pixels are uint8, got {}", x.dtype());
  return x.to(float32) / 255;
}

Normalize::Normalize(std::vector<double> mean, std::vector<double> std)
    : mean_(std::move(mean)), std_(std::move(std)) {
  check<Error>(!mean_.empty() && mean_.size() == std_.size(),
               "Normalize: {} means and {} deviations; there is one of each for a channel, or for "
               "all",
               mean_.size(), std_.size());
  for (const double deviation : std_) {
    check<Error>(deviation > 0, "Normalize: a deviation of {}; it is above 0", deviation);
  }
}

Tensor Normalize::operator()(const Tensor& x) const {
  check_defined("Normalize", x);
  const auto channels = static_cast<std::int64_t>(mean_.size());
  check<ShapeError>(x.dim() >= 3 && (channels == 1 || x.size(-3) == channels),
                    "Normalize: {} means for an image of shape {}, [..., channels, height, width]",
                    channels, x.shape());
  check<DTypeError>(is_floating(x.dtype()),
                    "Normalize: needs a floating-point tensor, got {}; ToFloat comes before",
                    x.dtype());
  return (x - statistic(mean_, x)) / statistic(std_, x);
}

Resize::Resize(std::int64_t height, std::int64_t width) : height_(height), width_(width) {
  check_size("Resize", height, width);
}

Tensor Resize::operator()(const Tensor& x) const {
  check_image("Resize", x);
  check_larger("Resize", x, 1, 1);
  const bool bytes = x.dtype() == uint8;
  check<DTypeError>(bytes || is_floating(x.dtype()),
                    "Resize: pixels are uint8 or floating-point, got {}", x.dtype());
  const Tensor planes = (bytes ? x.to(float32) : x).reshape({-1, 1, x.size(-2), x.size(-1)});
  Tensor resized = nn::interpolate(planes, {.size = {height_, width_}, .mode = "bilinear"});
  if (bytes) resized = round(resized).to(uint8);
  Shape shape = x.shape();
  shape[shape.size() - 2] = height_;
  shape[shape.size() - 1] = width_;
  return resized.view(shape);
}

CenterCrop::CenterCrop(std::int64_t height, std::int64_t width) : height_(height), width_(width) {
  check_size("CenterCrop", height, width);
}

Tensor CenterCrop::operator()(const Tensor& x) const {
  check_image("CenterCrop", x);
  check_larger("CenterCrop", x, height_, width_);
  // Halves go to the even side.
  const auto middle = [](std::int64_t size, std::int64_t part) {
    const std::int64_t half = (size - part) / 2;
    return half + ((size - part) % 2 != 0 && half % 2 != 0 ? 1 : 0);
  };
  return piece(x, middle(x.size(-2), height_), middle(x.size(-1), width_), height_, width_);
}

RandomCrop::RandomCrop(std::int64_t height, std::int64_t width, std::int64_t padding, Scalar value)
    : height_(height), width_(width), padding_(padding), value_(value) {
  check_size("RandomCrop", height, width);
  check_padding("RandomCrop", padding);
}

Tensor RandomCrop::operator()(const Tensor& x, Generator& random) const {
  check_image("RandomCrop", x);
  const Tensor padded = around(x, padding_, value_);
  check_larger("RandomCrop", padded, height_, width_);
  const std::int64_t top = below(padded.size(-2) - height_ + 1, random);
  const std::int64_t left = below(padded.size(-1) - width_ + 1, random);
  return piece(padded, top, left, height_, width_);
}

RandomHorizontalFlip::RandomHorizontalFlip(double p) : p_(p) {
  check_probability("RandomHorizontalFlip", p);
}

Tensor RandomHorizontalFlip::operator()(const Tensor& x, Generator& random) const {
  check_image("RandomHorizontalFlip", x);
  return happens(p_, random) ? flip(x, -1) : x;
}

RandomVerticalFlip::RandomVerticalFlip(double p) : p_(p) {
  check_probability("RandomVerticalFlip", p);
}

Tensor RandomVerticalFlip::operator()(const Tensor& x, Generator& random) const {
  check_image("RandomVerticalFlip", x);
  return happens(p_, random) ? flip(x, -2) : x;
}

Pad::Pad(std::int64_t width, Scalar value) : width_(width), value_(value) {
  check_padding("Pad", width);
}

Tensor Pad::operator()(const Tensor& x) const {
  check_image("Pad", x);
  return around(x, width_, value_);
}

OneHot::OneHot(std::int64_t classes) : classes_(classes) {
  check<Error>(classes > 0, "OneHot: {} classes; there is at least one", classes);
}

Tensor OneHot::operator()(const Tensor& labels) const {
  check_defined("OneHot", labels);
  return one_hot(labels, classes_).to(float32);
}

}  // namespace tapegrad::data
