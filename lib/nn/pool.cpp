#include "tapegrad/nn/pool.hpp"

#include "core/check.hpp"
#include "nn/python_text.hpp"

namespace tapegrad::nn {
namespace detail {
namespace {

std::string window(const Dims& kernel, const Dims& stride) {
  return fmt::format("kernel_size={}, stride={}", python_text(kernel),
                     python_text(stride.empty() ? kernel : stride));
}

}  // namespace

template <>
std::string Pool<MaxPoolOptions>::extra_repr() const {
  return fmt::format("{}, padding={}, dilation={}, ceil_mode={}",
                     window(kernel_size_, options_.stride), python_text(options_.padding),
                     python_text(options_.dilation), python_text(options_.ceil_mode));
}

template <>
std::string Pool<AvgPoolOptions>::extra_repr() const {
  return fmt::format("{}, padding={}", window(kernel_size_, options_.stride),
                     python_text(options_.padding));
}

template <>
std::string Pool<LpPoolOptions>::extra_repr() const {
  return fmt::format("{}, ceil_mode={}", window(kernel_size_, options_.stride),
                     python_text(options_.ceil_mode));
}

std::string AdaptivePool::extra_repr() const {
  return fmt::format("output_size={}", python_text(output_size_));
}

}  // namespace detail

Tensor MaxPool1d::forward(const Tensor& x) const { return max_pool1d(x, kernel_size_, options_); }
Tensor AvgPool1d::forward(const Tensor& x) const { return avg_pool1d(x, kernel_size_, options_); }
Tensor LPPool1d::forward(const Tensor& x) const { return lp_pool1d(x, p, kernel_size_, options_); }
std::string LPPool1d::extra_repr() const {
  return fmt::format("norm_type={}, {}", p, Pool::extra_repr());
}
Tensor AdaptiveAvgPool1d::forward(const Tensor& x) const {
  return adaptive_avg_pool1d(x, output_size_);
}
Tensor AdaptiveMaxPool1d::forward(const Tensor& x) const {
  return adaptive_max_pool1d(x, output_size_);
}

Tensor MaxPool2d::forward(const Tensor& x) const { return max_pool2d(x, kernel_size_, options_); }
Tensor AvgPool2d::forward(const Tensor& x) const { return avg_pool2d(x, kernel_size_, options_); }
Tensor LPPool2d::forward(const Tensor& x) const { return lp_pool2d(x, p, kernel_size_, options_); }
std::string LPPool2d::extra_repr() const {
  return fmt::format("norm_type={}, {}", p, Pool::extra_repr());
}
Tensor AdaptiveAvgPool2d::forward(const Tensor& x) const {
  return adaptive_avg_pool2d(x, output_size_);
}
Tensor AdaptiveMaxPool2d::forward(const Tensor& x) const {
  return adaptive_max_pool2d(x, output_size_);
}

Tensor MaxPool3d::forward(const Tensor& x) const { return max_pool3d(x, kernel_size_, options_); }
Tensor AvgPool3d::forward(const Tensor& x) const { return avg_pool3d(x, kernel_size_, options_); }
Tensor LPPool3d::forward(const Tensor& x) const { return lp_pool3d(x, p, kernel_size_, options_); }
std::string LPPool3d::extra_repr() const {
  return fmt::format("norm_type={}, {}", p, Pool::extra_repr());
}
Tensor AdaptiveAvgPool3d::forward(const Tensor& x) const {
  return adaptive_avg_pool3d(x, output_size_);
}
Tensor AdaptiveMaxPool3d::forward(const Tensor& x) const {
  return adaptive_max_pool3d(x, output_size_);
}

}  // namespace tapegrad::nn
