// What a reverse pass does with the results of one operation: their gradients wait for one another.
#include "autograd/several.hpp"

#include <algorithm>

#include "autograd/engine.hpp"
#include "autograd/gathered.hpp"
#include "autograd/taken.hpp"

namespace tapegrad {

/// Its operation's record stays where it is, for names; passes that come later are refused here.
void ReversePass::process_result(Result& result, Tensor&& g) {
  if (graph_ == Graph::free) {
    Taken(result).release();
  } else {
    const Reading reading(result.claim);
    check_not_freed(result, static_cast<bool>(reading));
  }
  hand_on(result, std::move(g));
}

/// The gradient of a result waits for its operation, beside those of the others. The first of them
/// also stands for all of them in the heap.
void ReversePass::hand_on(Result& result, Tensor&& g) {
  const Ptr<Node>& joint = result.joint;
  Arrival* place = limited_ ? scratch_->arrivals.find(*joint) : &scratch_->arrivals.at(*joint);
  if (!place || (limited_ && !place->wanted())) return;
  if (!place->node) place->node = joint;
  std::vector<Together>& all = scratch_->together;
  if (!place->gradient.defined()) {
    all.push_back({joint.get(), std::vector<Tensor>(static_cast<Joint&>(*joint).count)});
    add(*place, Tensor(g));
  }
  const auto ours = std::ranges::find(all, joint.get(), &Together::joint);
  Tensor& sum = ours->gradients[result.index];
  sum.defined() ? add_to(sum, g) : sum.swap(g);
}

std::vector<Tensor> ReversePass::taken_together(const Node& joint) {
  std::vector<Together>& all = scratch_->together;
  const auto ours = std::ranges::find(all, &joint, &Together::joint);
  std::vector<Tensor> gradients = std::move(ours->gradients);
  all.erase(ours);
  return gradients;
}

}  // namespace tapegrad
