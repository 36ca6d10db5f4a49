#include "fit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "support/program.hpp"

namespace tg = tapegrad;

namespace {

double largest_gradient(const std::vector<tg::Tensor>& parameters) {
  const tg::NoGrad no_grad;
  double largest = 0;
  for (const tg::Tensor& parameter : parameters) {
    largest = std::max(largest, tg::max(tg::abs(parameter.grad())).item<double>());
  }
  return largest;
}

}  // namespace

double safe_learning_rate(std::int64_t features, double l2) {
  return 1 / (static_cast<double>(features + 1) / 4 + l2);
}

FitResult fit(LogisticRegression& model, const tg::Tensor& x, const tg::Tensor& y,
              const FitOptions& options) {
  const std::vector<tg::Tensor> parameters = model.parameters();
  tg::optim::SGD sgd(parameters, {.lr = options.learning_rate,
                                  .momentum = options.momentum,
                                  .nesterov = options.momentum > 0});
  samples::Progress progress(options.max_step);
  for (FitResult result;; ++result.steps) {
    const tg::Tensor cross_entropy = tg::nn::binary_cross_entropy_with_logits(model.forward(x), y);
    const tg::Tensor penalty = options.l2 / 2 * tg::sum(tg::square(model.linear.weight));
    const tg::Tensor loss = cross_entropy + penalty;
    sgd.zero_grad();
    loss.backward();

    result.loss = loss.item<double>();
    result.cross_entropy = cross_entropy.item<double>();
    result.largest_gradient = largest_gradient(parameters);
    result.converged = result.largest_gradient <= options.tolerance;
    if (!std::isfinite(result.loss)) {
      throw std::runtime_error(fmt::format(
          "the loss is no longer finite at step {}: learning rate {}; try a smaller one",
          result.steps, options.learning_rate));
    }
    if (result.converged || result.steps == options.max_step) return result;
    sgd.step();
    if (progress.due()) progress.draw(result.steps + 1, result.loss);
  }
}
