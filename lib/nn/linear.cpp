#include "tapegrad/nn/linear.hpp"

#include <cmath>

#include "core/check.hpp"
#include "tapegrad/nn/init.hpp"
#include "tapegrad/ops/binary.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/linalg.hpp"

namespace tapegrad::nn {

Linear::Linear(std::int64_t in_features, std::int64_t out_features, LinearOptions options) {
  check<ShapeError>(in_features >= 0 && out_features >= 0,
                    "Linear: {} features in, {} out; sizes are not negative", in_features,
                    out_features);
  weight = empty({out_features, in_features}, {.dtype = options.dtype});
  init::kaiming_uniform_(weight, {.a = std::sqrt(5.0)});
  if (!options.bias) return;
  const double bound = in_features > 0 ? 1 / std::sqrt(static_cast<double>(in_features)) : 0;
  bias = empty({out_features}, {.dtype = options.dtype});
  init::uniform_(bias, -bound, bound);
}

void Linear::visit(Visitor& v) {
  v("weight", weight);
  v("bias", bias);
}

Tensor Linear::forward(const Tensor& x) {
  check<ShapeError>(x.dim() > 0 && x.size(-1) == in_features(),
                    "Linear: the last size isn't in_features: x is {}, weight is {} "
                    "[out_features, in_features]",
                    x.shape(), weight.shape());
  check<DTypeError>(x.dtype() == weight.dtype(),
                    "Linear: x is {}, the parameters are {}; convert one with to()", x.dtype(),
                    weight.dtype());
  const Tensor y = matmul(x, weight.t());
  return bias.defined() ? y + bias : y;
}

std::string Linear::extra_repr() const {
  return fmt::format("in_features={}, out_features={}, bias={}", in_features(), out_features(),
                     bias.defined() ? "True" : "False");
}

}  // namespace tapegrad::nn
