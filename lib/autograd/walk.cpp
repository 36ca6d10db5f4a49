#include "autograd/walk.hpp"

#include <algorithm>
#include <unordered_set>

#include "core/tensor_impl.hpp"

namespace tapegrad {

std::vector<Walked> records_below(const Tensor& root) {
  std::vector<Walked> walked;
  std::unordered_set<const Node*> seen;
  const auto meet = [&](const Ptr<Node>& node) {
    if (node && seen.insert(node.get()).second) walked.push_back({node, {}, false});
  };
  meet(impl_of(root).node);
  for (std::size_t i = 0; i < walked.size(); ++i) {
    {
      Node& node = *walked[i].node;
      const Reading reading(node.claim);
      walked[i].freed = !reading;
      if (reading) walked[i].inputs.assign(node.inputs().begin(), node.inputs().end());
    }
    const std::vector<Ptr<Node>> inputs = walked[i].inputs;
    for (const Ptr<Node>& input : inputs) meet(input);
  }
  std::ranges::sort(walked, {}, [](const Walked& w) { return w.node->number; });
  return walked;
}

}  // namespace tapegrad
