#include "tapegrad/nn/linear.hpp"

#include <cmath>

#include "core/check.hpp"
#include "tapegrad/nn/init.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/linalg.hpp"

namespace tapegrad::nn {

Linear::Linear(AsSize in, AsSize out, LinearOptions options) {
  const std::int64_t in_features = in, out_features = out;
  check<ShapeError>(in_features >= 0 && out_features >= 0,
                    "Linear: {} features in, {} out; sizes are not negative", in_features,
                    out_features);
  check_dtype("Linear", options.dtype);
  check<DTypeError>(is_floating(options.dtype),
                    "Linear: {} parameters; use float32 or float64: only floating-point tensors "
                    "have derivatives",
                    options.dtype);
  weight = empty({out_features, in_features}, {.dtype = options.dtype});
  init::kaiming_uniform_(weight, {.a = std::sqrt(5.0)}, options.generator);
  if (!options.bias) return;
  const double bound = in_features > 0 ? 1 / std::sqrt(static_cast<double>(in_features)) : 0;
  bias = empty({out_features}, {.dtype = options.dtype});
  init::uniform_(bias, -bound, bound, options.generator);
}

void Linear::visit(Visitor& v) {
  v("weight", weight);
  v("bias", bias);
}

std::int64_t Linear::in_features() const { return matrix().size(1); }
std::int64_t Linear::out_features() const { return matrix().size(0); }

const Parameter& Linear::matrix() const {
  check<Error>(weight.defined(), "Linear: it has no weight: it was moved from");
  return weight;
}

Tensor Linear::forward_with(const Tensor& x, const Tensor& other) const {
  return linear(x, other, bias);
}

std::string Linear::extra_repr() const {
  if (!weight.defined()) return "moved from";
  return fmt::format("in_features={}, out_features={}, bias={}", in_features(), out_features(),
                     bias.defined() ? "True" : "False");
}

}  // namespace tapegrad::nn
