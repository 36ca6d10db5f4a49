#include "tapegrad/train/gradients.hpp"

#include <cmath>

#include "core/check.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/sparse_grad.hpp"
#include "tapegrad/train/trainer.hpp"

namespace tapegrad::train {
namespace {

bool is_finite(const Tensor& x) {
  const NoGrad guard;
  return !x.defined() || all(isfinite(x)).item<bool>();
}

/// "hidden.weight, hidden.bias and 2 more".
std::string listed(const std::vector<std::string>& names) {
  constexpr std::size_t most = 3;
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < most; ++i) {
    text += (i == 0 ? "" : ", ") + names[i];
  }
  if (names.size() > most) text += fmt::format(" and {} more", names.size() - most);
  return text.empty() ? "all are finite" : text;
}

}  // namespace

void ClipGradNorm::on_gradients(Trainer& trainer) {
  last_norm_ =
      nn::clip_grad_norm_(trainer.model().parameters(), max_norm_, options_).item<double>();
}

void ClipGradValue::on_gradients(Trainer& trainer) {
  nn::clip_grad_value_(trainer.model().parameters(), clip_value_);
}

NanWatch::NanWatch(std::int64_t every) : every_(every) {
  check<Error>(every >= 1, "NanWatch: every is {}; it is at least 1", every);
}

void NanWatch::on_gradients(Trainer& trainer) {
  const bool lost = !std::isfinite(trainer.loss());
  if (!lost && trainer.step() % every_ != 0) return;
  std::vector<std::string> weights;
  std::vector<std::string> gradients;
  for (const auto& [name, parameter] : trainer.model().named_parameters()) {
    if (lost && !is_finite(parameter.detach())) weights.push_back(name);
    const auto rows = sparse_grad(parameter);
    if (!is_finite(rows ? rows->values : parameter.grad())) gradients.push_back(name);
  }
  if (!lost && gradients.empty()) return;
  fail<Error>(
      "NanWatch: step {}, of epoch {} and batch {}, has the loss {}. What isn't finite: of the "
      "weights, {}; of the gradients, {}",
      trainer.step(), trainer.epoch(), trainer.batch(), trainer.loss(), listed(weights),
      listed(gradients));
}

}  // namespace tapegrad::train
