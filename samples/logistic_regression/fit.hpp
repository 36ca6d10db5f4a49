// The logistic model and its training to the optimum of cross-entropy plus L2 penalty.
#pragma once

#include <cstdint>
#include <tapegrad/tapegrad.hpp>

#include "dataset.hpp"
#include "support/training.hpp"

struct LogisticRegression : tapegrad::nn::Module {
  tapegrad::nn::Linear linear;
  explicit LogisticRegression(std::int64_t features)
      : linear(features, 1, {.dtype = tapegrad::float64}) {}
  void visit(tapegrad::nn::Visitor& v) override { v("linear", linear); }
  tapegrad::Tensor forward(const tapegrad::Tensor& x) { return linear(x); }
};

struct FitOptions {
  double l2 = 0.01;
  double learning_rate = 0;
  double momentum = 0.95;
  double tolerance = 1e-8;
  std::int64_t max_step = 20'000;
};

struct FitResult {
  double loss = 0;              ///< cross_entropy plus the penalty: what training lowers
  double cross_entropy = 0;     ///< mean over the rows, natural logarithm
  double largest_gradient = 0;  ///< over weights and bias
  std::int64_t steps = 0;
  bool converged = false;  ///< largest_gradient came down to the tolerance
};

/// A learning rate with which no standardised data can diverge: 1 / L, where L = (features + 1) / 4
/// + l2 bounds the second derivative of the loss in every direction.
double safe_learning_rate(std::int64_t features, double l2);

/// The same model for features that aren't standardised, by the names of a linear layer within it.
tapegrad::StateDict in_their_units(const LogisticRegression& model, const Split& split);

/// Lowers  mean(cross-entropy) + l2/2 * sum(weight^2)  on all rows at once, by gradient descent
/// with Nesterov's momentum, until every component of the gradient is within the tolerance. The
/// bias is not penalised. Goes on from the checkpoint of `training`, if there is one, and ends
/// early when it is interrupted. Throws std::runtime_error when the loss stops being finite.
FitResult fit(LogisticRegression& model, const tapegrad::Tensor& x, const tapegrad::Tensor& y,
              const FitOptions& options, samples::Training& training);
