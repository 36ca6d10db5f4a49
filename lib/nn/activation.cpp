#include "tapegrad/nn/activation.hpp"

#include <cmath>

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

Tensor Softmax2d::forward(const Tensor& x) const {
  check_defined("Softmax2d", x);
  check<ShapeError>(x.dim() == 3 || x.dim() == 4,
                    "Softmax2d: x is {}; it needs [n, channels] or [channels] and 2 sizes",
                    x.shape());
  return softmax(x, -3);
}

namespace {

void check_slopes(double lower, double upper) {
  check<Error>(lower <= upper && std::isfinite(upper - lower),
               "rrelu: lower is {}, upper is {}; slopes lie between the two", lower, upper);
}

}  // namespace

Tensor rrelu(const Tensor& x, double lower, double upper, Generator& generator) {
  check_defined("rrelu", x);
  check_slopes(lower, upper);
  check<DTypeError>(is_floating(x.dtype()), "rrelu: x is {}; convert it with to(float32)",
                    x.dtype());
  Tensor slopes = empty_like(x.detach());
  slopes.uniform_(lower, upper, generator);
  return where(x > 0, x, x * slopes);
}

RReLU::RReLU(double lower, double upper, Generator& generator)
    : lower_(lower), upper_(upper), generator_(&generator) {
  check_slopes(lower, upper);
}

Tensor RReLU::forward(const Tensor& x) const {
  if (is_training()) return rrelu(x, lower_, upper_, *generator_);
  check_defined("rrelu", x);
  return leaky_relu(x, (lower_ + upper_) / 2);
}

std::string RReLU::extra_repr() const {
  return fmt::format("lower={}, upper={}", python_text(lower_), python_text(upper_));
}

PReLU::PReLU(AsSize num_parameters, double init, PReLUOptions options)
    : weight(full({num_parameters}, init, {.dtype = options.dtype})) {}

std::string PReLU::extra_repr() const {
  return weight.defined() ? fmt::format("num_parameters={}", weight.numel()) : "moved from";
}

}  // namespace tapegrad::nn
