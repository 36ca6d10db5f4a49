#include "tapegrad/nn/dropout.hpp"

#include "core/check.hpp"
#include "tapegrad/ops/pointwise.hpp"

namespace tapegrad::nn {
namespace {

void check_probability(double p) {
  check<Error>(p >= 0 && p <= 1, "dropout: p is {}; a probability lies in [0, 1]", p);
}

}  // namespace

Tensor dropout(const Tensor& x, double p, Generator& generator) {
  check_defined("dropout", x);
  check_probability(p);
  check<DTypeError>(is_floating(x.dtype()), "dropout: x is {}; convert it with to(float32)",
                    x.dtype());
  if (p == 0) return x;
  // Chosen, not multiplied: what is dropped may be infinite, and so may its gradient.
  const Tensor kept = where(bernoulli_like(x, 1 - p, {}, generator) > 0, x, 0);
  return p < 1 ? kept * (1 / (1 - p)) : kept;
}

Dropout::Dropout(double p, Generator& generator) : p_(p), generator_(&generator) {
  check_probability(p);
}

Tensor Dropout::forward(const Tensor& x) const {
  if (is_training()) return dropout(x, p_, *generator_);
  check_defined("dropout", x);
  return x;
}

std::string Dropout::extra_repr() const { return fmt::format("p={}", p_); }

}  // namespace tapegrad::nn
