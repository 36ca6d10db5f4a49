#include "autograd/anomaly.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "autograd/mode.hpp"
#include "core/call_stack.hpp"
#include "core/check.hpp"
#include "core/extras.hpp"
#include "core/row_gradient.hpp"
#include "core/scope.hpp"
#include "tapegrad/autograd.hpp"

namespace tapegrad {
namespace {

struct Anomaly {
  bool enabled = false;
  bool watched_before = false;
  /// Records from this number on have been made since the last operation.
  std::uint64_t first_new = 0;
};

constinit thread_local Anomaly anomaly{};

/// Of a gradient of rows those that it has.
const Tensor& elements_of(const Tensor& g) {
  const RowNode* const rows = g.defined() ? row_node_of(g) : nullptr;
  return rows ? rows->values : g;
}

std::int64_t count_nan(const Tensor& gradient) {
  const Tensor& g = elements_of(gradient);
  if (!g.defined() || !is_floating(g.dtype())) return 0;
  std::int64_t count = 0;
  for (const double x : g.detach().to_vector<double>()) count += std::isnan(x);
  return count;
}

}  // namespace

AnomalyMode::AnomalyMode(bool enabled) : before_(anomaly.enabled) {
  if (enabled && !before_) anomaly.watched_before = set_watched(true);
  if (!enabled && before_) set_watched(anomaly.watched_before);
  anomaly.enabled = enabled;
  anomaly.first_new = next_node_number();
}

AnomalyMode::~AnomalyMode() {
  if (anomaly.enabled && !before_) set_watched(anomaly.watched_before);
  if (!anomaly.enabled && before_) set_watched(true);
  anomaly.enabled = before_;
}

bool is_anomaly_enabled() { return anomaly.enabled; }

// A change in place through a view makes several records, of which only one is the result's.
void remember_caller(Outputs outputs) {
  std::vector<Node*> found;
  const auto meet = [&](const Ptr<Node>& node) {
    if (!node || node->is_leaf() || node->number < anomaly.first_new) return;
    if (!node->with_extras().called_from) found.push_back(node.get());
  };
  for (const Tensor& out : outputs) meet(out.impl()->node);
  if (!found.empty()) {
    const std::shared_ptr<const CallStack> caller = call_stack();
    for (std::size_t i = 0; i < found.size(); ++i) {
      found[i]->with_extras().called_from = caller;
      for (const Ptr<Node>& input : found[i]->inputs()) meet(input);
    }
  }
  anomaly.first_new = next_node_number();
}

std::string description_of(const Node& node) {
  std::string text = std::string(node.name()) + place_of(node.scope);
  const Extras* extras = node.extras.load(std::memory_order_acquire);
  if (extras && extras->called_from) text += ", called at " + caller_in(*extras->called_from);
  return text;
}

void check_arrived(const Node& node, const Tensor& g) {
  const std::int64_t count = count_nan(g);
  if (count == 0) return;
  fail<AutogradError>(
      "backward: the gradient that arrives at {} is NaN in {} of {} elements, and no derivative "
      "gave them: they come from the gradient that the pass was given, from a hook, or from the "
      "sum of inf and -inf",
      description_of(node), count, g.numel());
}

void check_gradients(Node& node, Grads& grads) {
  const std::span<Ptr<Node>> inputs = node.inputs();
  for (std::size_t i = 0; i < std::min(inputs.size(), grads.size()); ++i) {
    if (!inputs[i]) continue;  // nobody asks for it
    const std::int64_t count = count_nan(grads[i]);
    if (count == 0) continue;
    fail<AutogradError>(
        "backward: the derivative of {} gave NaN for its input {} of shape {}: {} of "
        "{} elements",
        description_of(node), i, inputs[i]->shape, count, grads[i].numel());
  }
}

}  // namespace tapegrad
