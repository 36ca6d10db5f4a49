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

struct Loss {
  tg::Tensor cross_entropy;
  tg::Tensor sum;  ///< with the penalty: what training lowers
};

Loss loss_of(LogisticRegression& model, const tg::Tensor& x, const tg::Tensor& y, double l2) {
  tg::Tensor logits;
  {
    const tg::NameScope scope("model");
    logits = model.forward(x);
  }
  const tg::NameScope scope("loss");
  const tg::Tensor cross_entropy = tg::nn::binary_cross_entropy_with_logits(logits, y);
  return {cross_entropy, cross_entropy + l2 / 2 * tg::sum(tg::square(model.linear.weight))};
}

void differentiate(tg::optim::SGD& sgd, const Loss& loss, FitResult& result) {
  const tg::NameScope scope("train");
  sgd.zero_grad();
  loss.sum.backward();
  result.loss = loss.sum.item<double>();
  result.cross_entropy = loss.cross_entropy.item<double>();
  result.largest_gradient = largest_gradient(sgd.parameters());
}

void step(tg::optim::SGD& sgd) {
  const tg::NameScope scope("train");
  sgd.step();
}

void log(samples::Training& training, const FitResult& result) {
  training.log("loss", result.loss, result.steps);
  training.log("cross_entropy", result.cross_entropy, result.steps);
  training.log("largest_gradient", result.largest_gradient, result.steps);
}

}  // namespace

double safe_learning_rate(std::int64_t features, double l2) {
  return 1 / (static_cast<double>(features + 1) / 4 + l2);
}

tg::StateDict in_their_units(const LogisticRegression& model, const Split& split) {
  const tg::NoGrad no_grad;
  const tg::Tensor weight = model.linear.weight / split.unit;
  const tg::Tensor bias = model.linear.bias - tg::sum(weight * split.origin);
  return {{"linear.weight", weight}, {"linear.bias", bias}};
}

FitResult fit(LogisticRegression& model, const tg::Tensor& x, const tg::Tensor& y,
              const FitOptions& options, samples::Training& training) {
  const tg::optim::SGD::Options descent{
      .lr = options.learning_rate, .momentum = options.momentum, .nesterov = options.momentum > 0};
  tg::optim::SGD sgd(model.parameters(), descent);
  training.add("model", model).add("optimizer", sgd);
  FitResult result{.steps = training.resume(options.max_step)};
  sgd.set_options(descent);  // a checkpoint has those of its own run
  samples::Progress progress(options.max_step);
  for (bool ended = false; !ended;) {
    training.run_step([&] {
      const Loss loss = loss_of(model, x, y, options.l2);
      differentiate(sgd, loss, result);
      training.check_finite(result.loss, result.steps, options.learning_rate);
      result.converged = result.largest_gradient <= options.tolerance;
      ended = result.converged || result.steps >= options.max_step || tg::train::interrupted();
      if (!ended) step(sgd);
    });
    log(training, result);
    if (ended) break;
    training.finished(++result.steps, model);
    if (progress.due()) progress.draw(result.steps, result.loss);
  }
  progress.wipe();
  training.end(result.steps);
  return result;
}
