// Windows of images as columns, and back, as layers: the functions of ops/convolution/fold.hpp.
#pragma once

#include <string>

#include "tapegrad/nn/module.hpp"
#include "tapegrad/ops/convolution/fold.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace nn {

/// unfold().
class Unfold : public Layer {
 public:
  explicit Unfold(const Dims& kernel_size, const FoldOptions& options = {})
      : kernel_size_(kernel_size), options_(options) {}
  Tensor forward(const Tensor& x) const override { return unfold(x, kernel_size_, options_); }
  std::string extra_repr() const override;

 private:
  Dims kernel_size_;
  FoldOptions options_;
};

/// fold().
class Fold : public Layer {
 public:
  Fold(const Dims& output_size, const Dims& kernel_size, const FoldOptions& options = {})
      : output_size_(output_size), kernel_size_(kernel_size), options_(options) {}
  Tensor forward(const Tensor& x) const override {
    return fold(x, output_size_, kernel_size_, options_);
  }
  std::string extra_repr() const override;

 private:
  Dims output_size_, kernel_size_;
  FoldOptions options_;
};

}  // namespace nn
}  // namespace tapegrad
