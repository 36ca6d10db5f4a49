#include "tapegrad/nn/dropout.hpp"

#include "core/check.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"

namespace tapegrad::nn {
namespace {

void check_probability(double p) {
  check<Error>(p >= 0 && p <= 1, "dropout: p is {}; a probability lies in [0, 1]", p);
}

/// Chosen, not multiplied: what is dropped may be infinite, and so may its gradient.
Tensor dropped(const Tensor& x, const Tensor& keeps, double p) {
  const Tensor kept = where(keeps, x, 0);
  return p < 1 ? kept * (1 / (1 - p)) : kept;
}

}  // namespace

Tensor dropout(const Tensor& x, double p, Generator& generator) {
  check_defined("dropout", x);
  check_probability(p);
  check<DTypeError>(is_floating(x.dtype()), "dropout: x is {}; convert it with to(float32)",
                    x.dtype());
  return p == 0 ? x : dropped(x, bernoulli_like(x, 1 - p, {.dtype = boolean}, generator), p);
}

Tensor channel_dropout(const Tensor& x, std::int64_t rank, double p, Generator& generator) {
  check_defined("channel_dropout", x);
  check_probability(p);
  check<DTypeError>(is_floating(x.dtype()), "channel_dropout: x is {}; convert it with to(float32)",
                    x.dtype());
  check<ShapeError>(x.dim() == rank + 1 || x.dim() == rank + 2,
                    "channel_dropout: x is {}; it needs [n, channels] or [channels] and {} sizes",
                    x.shape(), rank);
  if (p == 0) return x;
  Shape channels = x.shape();
  for (std::int64_t d = 1; d <= rank; ++d)
    channels[channels.size() - static_cast<std::size_t>(d)] = 1;
  return dropped(x, bernoulli_like(empty(channels, {.dtype = boolean}), 1 - p, {}, generator), p);
}

Dropout::Dropout(double p, Generator& generator) : p_(p), generator_(&generator) {
  check_probability(p);
}

Tensor Dropout::forward(const Tensor& x) const {
  if (is_training()) return dropout(x, p_, *generator_);
  check_defined("dropout", x);
  return x;
}

Tensor Dropout::forward_channels(const Tensor& x, std::int64_t rank) const {
  if (is_training()) return channel_dropout(x, rank, p_, *generator_);
  check_defined("channel_dropout", x);
  return x;
}

Tensor Dropout1d::forward(const Tensor& x) const { return forward_channels(x, 1); }
Tensor Dropout2d::forward(const Tensor& x) const { return forward_channels(x, 2); }
Tensor Dropout3d::forward(const Tensor& x) const { return forward_channels(x, 3); }

std::string Dropout::extra_repr() const { return fmt::format("p={}", p_); }

}  // namespace tapegrad::nn
