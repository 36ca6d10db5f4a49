#include "tapegrad/nn/dropout.hpp"

#include <cmath>

#include "core/check.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"

namespace tapegrad::nn {
namespace {

void check_probability(std::string_view name, double p) {
  check<Error>(p >= 0 && p <= 1, "{}: p is {}; a probability lies in [0, 1]", name, p);
}

/// Chosen, not multiplied: what is dropped may be infinite, and so may its gradient.
Tensor dropped(const Tensor& x, const Tensor& keeps, double p) {
  const Tensor kept = where(keeps, x, 0);
  return p < 1 ? kept * (1 / (1 - p)) : kept;
}

}  // namespace

Tensor dropout(const Tensor& x, tapegrad::detail::Real p, Generator& generator) {
  check_defined("dropout", x);
  check_probability("dropout", p);
  check<DTypeError>(is_floating(x.dtype()), "dropout: x is {}; convert it with to(float32)",
                    x.dtype());
  return p == 0 ? x : dropped(x, bernoulli_like(x, 1 - p, {.dtype = boolean}, generator), p);
}

Tensor channel_dropout(const Tensor& x, std::int64_t rank, double p, Generator& generator) {
  check_defined("channel_dropout", x);
  check_probability("channel_dropout", p);
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

namespace {

/// Where `keeps` has one number for what is dropped together.
Tensor alpha_dropped(const Tensor& x, const Tensor& keeps, double p) {
  constexpr double limit = -1.7580993408473766;  // of selu: -scale * alpha
  const double scale = p < 1 ? 1 / std::sqrt((limit * limit * p + 1) * (1 - p)) : 0;
  return where(keeps, x, limit) * scale - limit * scale * p;
}

void check_alpha(std::string_view name, const Tensor& x, double p) {
  check_defined(name, x);
  check_probability(name, p);
  check<DTypeError>(is_floating(x.dtype()), "{}: x is {}; convert it with to(float32)", name,
                    x.dtype());
}

}  // namespace

Tensor alpha_dropout(const Tensor& x, double p, Generator& generator) {
  check_alpha("alpha_dropout", x, p);
  if (p == 0) return x;
  return alpha_dropped(x, bernoulli_like(x, 1 - p, {.dtype = boolean}, generator), p);
}

Tensor feature_alpha_dropout(const Tensor& x, double p, Generator& generator) {
  check_alpha("feature_alpha_dropout", x, p);
  check<ShapeError>(x.dim() >= 2, "feature_alpha_dropout: x is {}; it needs [n, channels, ...]",
                    x.shape());
  if (p == 0) return x;
  Shape channels = x.shape();
  for (std::size_t d = 2; d < channels.size(); ++d) channels[d] = 1;
  const Tensor like = empty(channels, {.dtype = boolean});
  return alpha_dropped(x, bernoulli_like(like, 1 - p, {}, generator), p);
}

Dropout::Dropout(tapegrad::detail::Real p, Generator& generator)
    : Dropout("dropout", p, generator) {}

Dropout::Dropout(std::string_view name, double p, Generator& generator)
    : p_(p), generator_(&generator) {
  check_probability(name, p);
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

Tensor AlphaDropout::forward(const Tensor& x) const {
  if (is_training()) return alpha_dropout(x, p(), generator());
  check_defined("alpha_dropout", x);
  return x;
}
Tensor FeatureAlphaDropout::forward(const Tensor& x) const {
  if (is_training()) return feature_alpha_dropout(x, p(), generator());
  check_defined("feature_alpha_dropout", x);
  return x;
}

std::string Dropout::extra_repr() const { return fmt::format("p={}", p_); }

}  // namespace tapegrad::nn
