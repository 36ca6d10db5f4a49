// What becomes of one example's x on its way into a batch: map(dataset, Compose(RandomCrop(24, 24),
// ToFloat(), Normalize({0.5}, {0.25}))). Images are [..., channels, height, width]. None of them is
// recorded while a DataLoader runs them, and all of them work on a batch as well, of which each
// image is cut and turned alike.
#pragma once

#include <cstdint>
#include <functional>
#include <type_traits>
#include <utility>
#include <vector>

#include "tapegrad/random.hpp"
#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace data {

/// One after the other; each takes a tensor, and may take a Generator& as well.
class Compose {
 public:
  using Step = std::function<Tensor(const Tensor&, Generator&)>;

  template <class... F>
  requires(sizeof...(F) > 0) explicit Compose(F... steps) {
    (steps_.push_back(step_of(std::move(steps))), ...);
  }
  Tensor operator()(const Tensor& x, Generator& random) const;

 private:
  template <class F>
  static Step step_of(F f) {
    if constexpr (std::is_invocable_r_v<Tensor, const F&, const Tensor&, Generator&>) {
      return f;
    } else {
      return [f = std::move(f)](const Tensor& x, Generator&) { return f(x); };
    }
  }

  std::vector<Step> steps_;
};

/// uint8 to float32, 255 becoming 1. Throws DTypeError for other types.
struct ToFloat {
  Tensor operator()(const Tensor& x) const;
};

/// Each channel less its mean, divided by its deviation; one number stands for all channels.
class Normalize {
 public:
  /// Throws Error for lists that are empty or of two lengths, and for a deviation that isn't above
  /// 0.
  Normalize(std::vector<double> mean, std::vector<double> std);
  /// Throws ShapeError below rank 3 and for another number of channels, DTypeError for integers.
  Tensor operator()(const Tensor& x) const;

 private:
  std::vector<double> mean_;
  std::vector<double> std_;
};

/// An image in another size, by its nearest pixels weighted by how near they are (bilinear, without
/// smoothing it before it becomes smaller: torchvision's antialias = False); uint8 is rounded to
/// uint8. Throws Error for a size below 1, ShapeError below rank 2 and for an empty image,
/// DTypeError for other integers.
class Resize {
 public:
  Resize(std::int64_t height, std::int64_t width);
  Tensor operator()(const Tensor& x) const;

 private:
  std::int64_t height_;
  std::int64_t width_;
};

/// The middle of an image; half a pixel too much is rounded as torchvision does. Throws Error for a
/// size below 1, ShapeError for an image that is smaller.
class CenterCrop {
 public:
  CenterCrop(std::int64_t height, std::int64_t width);
  Tensor operator()(const Tensor& x) const;

 private:
  std::int64_t height_;
  std::int64_t width_;
};

/// A piece of an image, every place as likely, after `padding` pixels of `value` were put around
/// it. Throws as CenterCrop, and Error for a negative padding.
class RandomCrop {
 public:
  RandomCrop(std::int64_t height, std::int64_t width, std::int64_t padding = 0, Scalar value = 0);
  Tensor operator()(const Tensor& x, Generator& random) const;

 private:
  std::int64_t height_;
  std::int64_t width_;
  std::int64_t padding_;
  Scalar value_;
};

/// Left and right change places with probability p. Throws Error unless 0 <= p <= 1.
class RandomHorizontalFlip {
 public:
  explicit RandomHorizontalFlip(double p = 0.5);
  Tensor operator()(const Tensor& x, Generator& random) const;

 private:
  double p_;
};

/// Top and bottom do.
class RandomVerticalFlip {
 public:
  explicit RandomVerticalFlip(double p = 0.5);
  Tensor operator()(const Tensor& x, Generator& random) const;

 private:
  double p_;
};

/// So many pixels of `value` around an image. Throws Error for a negative number, DTypeError for a
/// value that doesn't fit.
class Pad {
 public:
  explicit Pad(std::int64_t width, Scalar value = 0);
  Tensor operator()(const Tensor& x) const;

 private:
  std::int64_t width_;
  Scalar value_;
};

/// A label as float32 [..., classes], 1 in its place. Throws Error for less than one class,
/// IndexError for a label that is out of range.
class OneHot {
 public:
  explicit OneHot(std::int64_t classes);
  Tensor operator()(const Tensor& labels) const;

 private:
  std::int64_t classes_;
};

}  // namespace data
}  // namespace tapegrad
