#include "tapegrad/nn/fold.hpp"

#include "nn/python_text.hpp"

namespace tapegrad::nn {
namespace {

std::string window(const Dims& kernel_size, const FoldOptions& o) {
  return fmt::format("kernel_size={}, dilation={}, padding={}, stride={}", python_text(kernel_size),
                     python_text(o.dilation), python_text(o.padding), python_text(o.stride));
}

}  // namespace

std::string Unfold::extra_repr() const { return window(kernel_size_, options_); }

std::string Fold::extra_repr() const {
  return fmt::format("output_size={}, {}", python_text(output_size_),
                     window(kernel_size_, options_));
}

}  // namespace tapegrad::nn
