// The largest elements of windows that lie at random: images shrink by any ratio.
#pragma once

#include <string>
#include <vector>

#include "tapegrad/nn/module.hpp"
#include "tapegrad/ops/reduce/extreme.hpp"
#include "tapegrad/random.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace nn {

/// One of the first two is given.
struct FractionalMaxPoolOptions {
  /// Sizes of the result, one for all dimensions or one for each.
  Dims output_size = {};
  /// Or their ratios to those of x, between 0 and 1.
  std::vector<double> output_ratio = {};
  /// [n, channels, dimensions], in [0, 1), of x's type: where windows lie in each plane, the last
  /// dimension's first for images. Drawn anew in each call unless given.
  Tensor random_samples = {};
  Generator& generator = default_generator();
};

/// The largest element of each of so many windows, whose distances from one another differ by 1 at
/// most and follow from a random number; they overlap where they have to. NaN if there is one.
///   x: [n, channels, height, width], or without n  ->  [n, channels, places, places]
/// Derivative: g to the element that is the result; at a kink, where several are, to the first
/// alone. Throws DTypeError for integers, ShapeError for another rank, for windows that don't fit
/// and for samples of another shape, Error unless there is either a size or a ratio within its
/// bounds. Source: Graham (2014), "Fractional Max-Pooling".
Tensor fractional_max_pool2d(const Tensor& x, const Dims& kernel_size,
                             const FractionalMaxPoolOptions& options);
/// The same of [n, channels, depth, height, width], with the same kink.
Tensor fractional_max_pool3d(const Tensor& x, const Dims& kernel_size,
                             const FractionalMaxPoolOptions& options);

/// With the place of each in its plane, counted row by row, int64.
Extremes fractional_max_pool2d_with_indices(const Tensor& x, const Dims& kernel_size,
                                            const FractionalMaxPoolOptions& options);
Extremes fractional_max_pool3d_with_indices(const Tensor& x, const Dims& kernel_size,
                                            const FractionalMaxPoolOptions& options);

namespace detail {

class FractionalMaxPool : public Layer {
 public:
  void visit(Visitor& v) override;

 protected:
  FractionalMaxPool(const Dims& kernel_size, const FractionalMaxPoolOptions& options);
  FractionalMaxPoolOptions with_samples() const;

  Dims kernel_size_;

 private:
  Dims output_size_;
  std::vector<double> output_ratio_;
  Buffer random_samples_;
  Generator* generator_;
};

}  // namespace detail

/// fractional_max_pool2d(). Given samples are the buffer `_random_samples`.
struct FractionalMaxPool2d : detail::FractionalMaxPool {
  FractionalMaxPool2d(const Dims& kernel_size, const FractionalMaxPoolOptions& options)
      : FractionalMaxPool(kernel_size, options) {}
  Tensor forward(const Tensor& x) const override {
    return fractional_max_pool2d(x, kernel_size_, with_samples());
  }
};
/// fractional_max_pool3d(), likewise.
struct FractionalMaxPool3d : detail::FractionalMaxPool {
  FractionalMaxPool3d(const Dims& kernel_size, const FractionalMaxPoolOptions& options)
      : FractionalMaxPool(kernel_size, options) {}
  Tensor forward(const Tensor& x) const override {
    return fractional_max_pool3d(x, kernel_size_, with_samples());
  }
};

}  // namespace nn
}  // namespace tapegrad
