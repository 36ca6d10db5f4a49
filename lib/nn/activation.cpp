#include "tapegrad/nn/activation.hpp"

#include "core/check.hpp"
#include "nn/python_text.hpp"
#include "tapegrad/ops/create.hpp"

namespace tapegrad::nn {

std::string detail::number_text(std::string_view what, double number) {
  return fmt::format("{}={}", what, python_text(number));
}

std::string Hardtanh::extra_repr() const {
  return fmt::format("min_val={}, max_val={}", python_text(low_), python_text(high_));
}

Tensor Threshold::forward(const Tensor& x) const { return threshold(x, threshold_, value_); }

std::string Threshold::extra_repr() const {
  return fmt::format("threshold={}, value={}", python_text(threshold_), python_text(value_));
}

PReLU::PReLU(std::int64_t num_parameters, double init, PReLUOptions options)
    : weight(full({num_parameters}, init, {.dtype = options.dtype})) {}

std::string PReLU::extra_repr() const {
  return weight.defined() ? fmt::format("num_parameters={}", weight.numel()) : "moved from";
}

}  // namespace tapegrad::nn
