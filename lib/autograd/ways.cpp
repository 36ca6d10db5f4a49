// Which records a reverse pass goes through that is limited to some inputs.
#include <algorithm>
#include <functional>
#include <span>
#include <utility>

#include "autograd/engine.hpp"
#include "core/check.hpp"

namespace tapegrad {

void check_not_freed(const Node& node, bool not_freed) {
  if (not_freed) return;
  fail<AutogradError>(
      "backward: the graph below this {} of shape {}{} was freed by an earlier backward; pass "
      "retain_graph = true to that one",
      node.name(), node.shape, place_of(node.scope));
}

void ReversePass::limit_to(const std::vector<Ptr<Node>>& roots,
                           const std::vector<Ptr<Node>>& inputs) {
  limited_ = true;
  collected_.resize(inputs.size());
  std::uint64_t oldest = ~std::uint64_t{0};
  for (const Ptr<Node>& input : inputs) {
    oldest = std::min(oldest, input->number);
    inputs_.push_back(input.get());
    Arrival& arrival = scratch_->arrivals.at(*input);
    arrival.node = input;
    arrival.is_input = true;
  }
  find_ways(roots, oldest);
}

// Which records lead to an input: first all that can be met on a way to one, with what is below
// each, then the answers, oldest first.
void ReversePass::find_ways(const std::vector<Ptr<Node>>& roots, std::uint64_t oldest) {
  struct Met {
    Node* node;
    std::uint64_t number;
    std::size_t first;  // of those below it
    std::size_t count;
  };
  std::vector<Met> all;
  std::vector<const Node*> below;
  const auto meet = [&](const Ptr<Node>& node) {
    // Nothing older than the oldest input can depend on one.
    if (!node || node->number < oldest) return false;
    Arrival& arrival = scratch_->arrivals.at(*node);
    if (!arrival.node) arrival.node = node;
    if (!std::exchange(arrival.met, true)) all.push_back({node.get(), node->number, 0, 0});
    return true;
  };
  for (const Ptr<Node>& root : roots) meet(root);
  for (std::size_t i = 0; i < all.size(); ++i) {
    Node& node = *all[i].node;
    const Reading reading(node.claim);
    // A freed node has lost its inputs: whether it led to a wanted one can't be told any more.
    if (!reading) check_not_freed(node, scratch_->arrivals.find(node)->is_input);
    if (!reading || node.is_leaf()) continue;
    all[i].first = below.size();
    for (const Ptr<Node>& in : node.inputs()) {
      if (meet(in)) below.push_back(in.get());
    }
    all[i].count = below.size() - all[i].first;
  }
  // Youngest first, as most of them are already.
  std::ranges::sort(all, std::greater(), &Met::number);
  for (auto met = all.rbegin(); met != all.rend(); ++met) {
    const std::span ways = std::span(below).subspan(met->first, met->count);
    const auto is_way = [&](const Node* in) { return scratch_->arrivals.find(*in)->wanted(); };
    if (std::ranges::any_of(ways, is_way)) scratch_->arrivals.find(*met->node)->leads = true;
  }
}

}  // namespace tapegrad
