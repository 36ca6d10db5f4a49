#include "tapegrad/ops/loss/distribution.hpp"

#include <cmath>
#include <numbers>

#include "core/check.hpp"
#include "core/layout.hpp"
#include "core/speaking.hpp"
#include "ops/loss/reduction.hpp"
#include "ops/value_check.hpp"
#include "ops/weighted.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"

namespace tapegrad {
namespace {

/// log(n!), nearly.
Tensor stirling(const Tensor& n) {
  const Tensor many = clamp_min(n, 1);  // smaller ones count nothing, and have no logarithm
  return where(n > 1, many * log(many) - many + 0.5 * log(2 * std::numbers::pi * many), 0);
}

/// NaN passes, as in every other loss.
void check_variance(const Tensor& var) {
  if (!any(var < 0).item<bool>()) return;
  const std::vector<double> values = var.to_vector<double>();
  for (std::size_t i = 0; i < values.size(); ++i) {
    check<Error>(!(values[i] < 0),
                 "gaussian_nll_loss: the variance at {} is {}; it is not negative",
                 position(static_cast<std::int64_t>(i), var.shape()), values[i]);
  }
}

/// The variance in a shape that broadcasts to the input's.
Tensor beside_input(const Tensor& var, const Tensor& input) {
  Shape rows = input.shape();
  if (!rows.empty()) rows.erase(rows.size() - 1);
  if (input.dim() > 0 && var.shape() == rows) return var.unsqueeze(-1);
  check<ShapeError>(var.dim() == input.dim() && broadcasts_to(var.shape(), input.shape()),
                    "gaussian_nll_loss: var is {}, input is {}; it needs the input's shape, or "
                    "that with 1 for some sizes, or without its last dimension",
                    var.shape(), input.shape());
  return var;
}

}  // namespace

namespace nn {

Tensor kl_div(const Tensor& input, const Tensor& target, const KlDivOptions& options) {
  check_pair("kl_div", input, target, options.reduction);
  check<ShapeError>(!options.batchmean || input.dim() > 0,
                    "kl_div: batchmean needs a first dimension; the input has rank 0");
  return speaking_as("kl_div", [&] {
    const Tensor losses = options.log_target ? exp(target) * (target - input)
                                             : xlogy(target, target) - target * input;
    if (!options.batchmean) return reduced(losses, options.reduction);
    return sum(losses) / static_cast<double>(input.size(0));
  });
}

Tensor poisson_nll_loss(const Tensor& input, const Tensor& target,
                        const PoissonNllLossOptions& options) {
  check_pair("poisson_nll_loss", input, target, options.reduction);
  return speaking_as("poisson_nll_loss", [&] {
    const Tensor likely =
        options.log_input ? exp(input) - target * input : input - target * log(input + options.eps);
    return reduced(options.full ? likely + stirling(target) : likely, options.reduction);
  });
}

Tensor gaussian_nll_loss(const Tensor& input, const Tensor& target, const Tensor& var,
                         const GaussianNllLossOptions& options) {
  check_defined("gaussian_nll_loss", input, target, var);
  check_pair("gaussian_nll_loss", input, target, options.reduction);
  check<Error>(options.eps > 0, "gaussian_nll_loss: eps is {}; it must be above 0", options.eps);
  check_values(check_variance, var.detach());
  const Tensor given = beside_input(var, input);
  return speaking_as("gaussian_nll_loss", [&] {
    const Tensor v = where(given < options.eps, options.eps + (given - given.detach()), given);
    const Tensor losses = 0.5 * (log(v) + square(input - target) / v);
    const double rest = options.full ? 0.5 * std::log(2 * std::numbers::pi) : 0;
    return reduced(rest == 0 ? losses : losses + rest, options.reduction);
  });
}

}  // namespace nn
}  // namespace tapegrad
