// Losses of distributions: what their parameters say of what was seen.
#pragma once

#include "tapegrad/ops/loss/reduction.hpp"
#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

namespace nn {

struct KlDivOptions {
  /// The mean of all elements, which isn't the divergence: for that see `batchmean`.
  Reduction reduction = Reduction::mean;
  /// In the place of `reduction`: the sum by the first size, which is the mean divergence.
  bool batchmean = false;
  /// The target, too, is of logarithms.
  bool log_target = false;
};

/// The Kullback-Leibler divergence, element by element: target (log(target) - input), 0 where the
/// target is 0. The input is of logarithms of probabilities. Derivative: -target; log(target) + 1 -
/// input for the target. Throws ShapeError unless the shapes are equal, or where batchmean is asked
/// of a rank of 0, DTypeError when both are integers.
Tensor kl_div(const Tensor& input, const Tensor& target, const KlDivOptions& options = {});

struct PoissonNllLossOptions {
  /// The input is the logarithm of the rate.
  bool log_input = true;
  /// With Stirling's approximation of log(target!) where the target is above 1.
  bool full = false;
  /// Keeps the logarithm of a rate finite.
  double eps = 1e-8;
  Reduction reduction = Reduction::mean;
};

/// The negative log-likelihood of a count: exp(input) - target input or, of a rate, input - target
/// log(input + eps). Derivative: exp(input) - target, or 1 - target / (input + eps). Throws as
/// kl_div.
Tensor poisson_nll_loss(const Tensor& input, const Tensor& target,
                        const PoissonNllLossOptions& options = {});

struct GaussianNllLossOptions {
  /// With log(2 pi) / 2.
  bool full = false;
  /// The least variance. What is below counts as this, but gets its derivative all the same.
  double eps = 1e-6;
  Reduction reduction = Reduction::mean;
};

/// The negative log-likelihood of a number, of which mean and variance are given: (log(var) +
/// (input - target)^2 / var) / 2.
///   var: the input's shape, or that with 1 for some sizes, or without its last dimension
/// Derivative: (input - target) / var, its negative for the target, (1 - (input - target)^2 / var)
/// / (2 var) for the variance. Throws ShapeError where shapes don't fit, DTypeError when all are
/// integers, Error for a negative variance, and unless 0 < eps.
Tensor gaussian_nll_loss(const Tensor& input, const Tensor& target, const Tensor& var,
                         const GaussianNllLossOptions& options = {});

}  // namespace nn

}  // namespace tapegrad
