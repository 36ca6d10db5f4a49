// Windows over images as layers: the functions of ops/convolution/pool.hpp with their options.
#pragma once

#include <initializer_list>

#include "tapegrad/nn/module.hpp"
#include "tapegrad/ops/convolution/pool.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace nn {

namespace detail {

/// What a window is like, for layers that have one. Throws nothing: their functions do.
template <class Options>
class Pool : public Layer {
 public:
  std::string extra_repr() const override;

 protected:
  Pool(const Dims& kernel_size, const Options& options)
      : kernel_size_(kernel_size), options_(options) {}

  Dims kernel_size_;
  Options options_;
};

/// So many results.
class AdaptivePool : public Layer {
 public:
  std::string extra_repr() const override;

 protected:
  explicit AdaptivePool(const Dims& output_size) : output_size_(output_size) {}

  Dims output_size_;
};

}  // namespace detail

// Numbers in the place of the options are the stride, the padding and, of maxima, the dilation:
// MaxPool2d(3, 2, 1). A list is named, {.stride = {2, 1}}.

/// max_pool1d().
struct MaxPool1d : detail::Pool<MaxPoolOptions> {
  explicit MaxPool1d(const Dims& kernel_size, const MaxPoolOptions& options = {})
      : Pool(kernel_size, options) {}
  explicit MaxPool1d(std::initializer_list<AsSize> kernel_size, const MaxPoolOptions& options = {})
      : MaxPool1d(Dims(kernel_size), options) {}
  template <tapegrad::detail::Integral T>
  MaxPool1d(const Dims& kernel_size, T stride, AsSize padding = 0, AsSize dilation = 1)
      : MaxPool1d(kernel_size,
                  MaxPoolOptions{.stride = stride, .padding = {padding}, .dilation = {dilation}}) {}
  Tensor forward(const Tensor& x) const override;
};

/// max_pool2d().
struct MaxPool2d : detail::Pool<MaxPoolOptions> {
  explicit MaxPool2d(const Dims& kernel_size, const MaxPoolOptions& options = {})
      : Pool(kernel_size, options) {}
  explicit MaxPool2d(std::initializer_list<AsSize> kernel_size, const MaxPoolOptions& options = {})
      : MaxPool2d(Dims(kernel_size), options) {}
  template <tapegrad::detail::Integral T>
  MaxPool2d(const Dims& kernel_size, T stride, AsSize padding = 0, AsSize dilation = 1)
      : MaxPool2d(kernel_size,
                  MaxPoolOptions{.stride = stride, .padding = {padding}, .dilation = {dilation}}) {}
  Tensor forward(const Tensor& x) const override;
};

/// max_pool3d().
struct MaxPool3d : detail::Pool<MaxPoolOptions> {
  explicit MaxPool3d(const Dims& kernel_size, const MaxPoolOptions& options = {})
      : Pool(kernel_size, options) {}
  explicit MaxPool3d(std::initializer_list<AsSize> kernel_size, const MaxPoolOptions& options = {})
      : MaxPool3d(Dims(kernel_size), options) {}
  template <tapegrad::detail::Integral T>
  MaxPool3d(const Dims& kernel_size, T stride, AsSize padding = 0, AsSize dilation = 1)
      : MaxPool3d(kernel_size,
                  MaxPoolOptions{.stride = stride, .padding = {padding}, .dilation = {dilation}}) {}
  Tensor forward(const Tensor& x) const override;
};

/// avg_pool1d().
struct AvgPool1d : detail::Pool<AvgPoolOptions> {
  explicit AvgPool1d(const Dims& kernel_size, const AvgPoolOptions& options = {})
      : Pool(kernel_size, options) {}
  explicit AvgPool1d(std::initializer_list<AsSize> kernel_size, const AvgPoolOptions& options = {})
      : AvgPool1d(Dims(kernel_size), options) {}
  template <tapegrad::detail::Integral T>
  AvgPool1d(const Dims& kernel_size, T stride, AsSize padding = 0)
      : AvgPool1d(kernel_size, AvgPoolOptions{.stride = stride, .padding = {padding}}) {}
  Tensor forward(const Tensor& x) const override;
};

/// avg_pool2d().
struct AvgPool2d : detail::Pool<AvgPoolOptions> {
  explicit AvgPool2d(const Dims& kernel_size, const AvgPoolOptions& options = {})
      : Pool(kernel_size, options) {}
  explicit AvgPool2d(std::initializer_list<AsSize> kernel_size, const AvgPoolOptions& options = {})
      : AvgPool2d(Dims(kernel_size), options) {}
  template <tapegrad::detail::Integral T>
  AvgPool2d(const Dims& kernel_size, T stride, AsSize padding = 0)
      : AvgPool2d(kernel_size, AvgPoolOptions{.stride = stride, .padding = {padding}}) {}
  Tensor forward(const Tensor& x) const override;
};

/// avg_pool3d().
struct AvgPool3d : detail::Pool<AvgPoolOptions> {
  explicit AvgPool3d(const Dims& kernel_size, const AvgPoolOptions& options = {})
      : Pool(kernel_size, options) {}
  explicit AvgPool3d(std::initializer_list<AsSize> kernel_size, const AvgPoolOptions& options = {})
      : AvgPool3d(Dims(kernel_size), options) {}
  template <tapegrad::detail::Integral T>
  AvgPool3d(const Dims& kernel_size, T stride, AsSize padding = 0)
      : AvgPool3d(kernel_size, AvgPoolOptions{.stride = stride, .padding = {padding}}) {}
  Tensor forward(const Tensor& x) const override;
};

/// lp_pool1d(): the `norm_type`-norms of windows.
struct LPPool1d : detail::Pool<LpPoolOptions> {
  LPPool1d(double norm_type, const Dims& kernel_size, const LpPoolOptions& options = {})
      : Pool(kernel_size, options), p(norm_type) {}
  Tensor forward(const Tensor& x) const override;
  std::string extra_repr() const override;
  double p;
};

/// lp_pool2d(): the `norm_type`-norms of windows.
struct LPPool2d : detail::Pool<LpPoolOptions> {
  LPPool2d(double norm_type, const Dims& kernel_size, const LpPoolOptions& options = {})
      : Pool(kernel_size, options), p(norm_type) {}
  Tensor forward(const Tensor& x) const override;
  std::string extra_repr() const override;
  double p;
};

/// lp_pool3d(): the `norm_type`-norms of windows.
struct LPPool3d : detail::Pool<LpPoolOptions> {
  LPPool3d(double norm_type, const Dims& kernel_size, const LpPoolOptions& options = {})
      : Pool(kernel_size, options), p(norm_type) {}
  Tensor forward(const Tensor& x) const override;
  std::string extra_repr() const override;
  double p;
};

/// adaptive_avg_pool1d().
struct AdaptiveAvgPool1d : detail::AdaptivePool {
  explicit AdaptiveAvgPool1d(const Dims& output_size) : AdaptivePool(output_size) {}
  Tensor forward(const Tensor& x) const override;
};

/// adaptive_avg_pool2d().
struct AdaptiveAvgPool2d : detail::AdaptivePool {
  explicit AdaptiveAvgPool2d(const Dims& output_size) : AdaptivePool(output_size) {}
  Tensor forward(const Tensor& x) const override;
};

/// adaptive_avg_pool3d().
struct AdaptiveAvgPool3d : detail::AdaptivePool {
  explicit AdaptiveAvgPool3d(const Dims& output_size) : AdaptivePool(output_size) {}
  Tensor forward(const Tensor& x) const override;
};

/// adaptive_max_pool1d().
struct AdaptiveMaxPool1d : detail::AdaptivePool {
  explicit AdaptiveMaxPool1d(const Dims& output_size) : AdaptivePool(output_size) {}
  Tensor forward(const Tensor& x) const override;
};

/// adaptive_max_pool2d().
struct AdaptiveMaxPool2d : detail::AdaptivePool {
  explicit AdaptiveMaxPool2d(const Dims& output_size) : AdaptivePool(output_size) {}
  Tensor forward(const Tensor& x) const override;
};

/// adaptive_max_pool3d().
struct AdaptiveMaxPool3d : detail::AdaptivePool {
  explicit AdaptiveMaxPool3d(const Dims& output_size) : AdaptivePool(output_size) {}
  Tensor forward(const Tensor& x) const override;
};

}  // namespace nn
}  // namespace tapegrad
