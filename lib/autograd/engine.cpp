#include "autograd/engine.hpp"

#include <algorithm>
#include <utility>

#include "autograd/mode.hpp"
#include "core/check.hpp"
#include "core/tensor_impl.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/binary.hpp"
#include "tapegrad/ops/reduce.hpp"

namespace tapegrad {
namespace {

bool older(const Ptr<Node>& a, const Ptr<Node>& b) { return a->number < b->number; }

/// Reused by the passes of a thread, so that the steady state allocates nothing.
thread_local std::vector<Ptr<Node>> spare_heap;

/// The innermost pass of this thread.
constinit thread_local ReversePass* running = nullptr;

/// May be overwritten: nobody else sees these elements, not even through another index.
bool is_ours(const Tensor& x) { return owned_alone(x) && x.is_contiguous(); }

/// Broadcasting and type promotion end here: no derivative mentions them.
Tensor fit(const Node& node, Tensor g) {
  if (g.shape() != node.shape) g = sum_to(g, node.shape);
  if (g.dtype() != node.dtype) g = g.to(node.dtype);
  return g;
}

Tensor run_hooks(const Node& node, Tensor g) {
  const std::vector<Hook> hooks = *node.hooks;  // a hook may register another
  for (const Hook& hook : hooks) {
    Tensor replaced = hook(g);
    if (!replaced.defined()) continue;
    check<ShapeError>(replaced.shape() == node.shape,
                      "hook: returned shape {} for a gradient of shape {}", replaced.shape(),
                      node.shape);
    g = replaced.to(node.dtype);
  }
  return g;
}

void check_not_freed(const Node& node) {
  check<AutogradError>(!node.freed,
                       "backward: the graph below this {} of shape {} was freed by an earlier "
                       "backward; pass retain_graph = true to that one",
                       node.name(), node.shape);
}

}  // namespace

ReversePass::ReversePass(Graph graph)
    : graph_(graph), outer_(std::exchange(running, this)), heap_(std::move(spare_heap)) {
  heap_.clear();
  if (outer_) outer_->set_aside();
}

ReversePass::~ReversePass() {
  for (const Ptr<Node>& node : heap_) node->arriving = Tensor();
  for (const Ptr<Node>& node : marked_) node->wanted = false;
  heap_.clear();
  spare_heap = std::move(heap_);
  running = outer_;
  if (outer_) outer_->bring_back();
}

void ReversePass::set_aside() {
  for (const Ptr<Node>& node : heap_) arriving_aside_.push_back(std::move(node->arriving));
  for (const Ptr<Node>& node : marked_) wanted_aside_.push_back(std::exchange(node->wanted, false));
}

void ReversePass::bring_back() {
  for (std::size_t i = 0; i < heap_.size(); ++i) heap_[i]->arriving = std::move(arriving_aside_[i]);
  for (std::size_t i = 0; i < marked_.size(); ++i) marked_[i]->wanted = wanted_aside_[i];
  arriving_aside_.clear();
  wanted_aside_.clear();
}

void ReversePass::deliver(Ptr<Node> node, Tensor g) {
  if (limited_ && !node->wanted) return;
  g = fit(*node, std::move(g));
  Tensor& slot = node->arriving;
  if (slot.defined()) {
    if (!recording() && is_ours(slot)) {
      slot.add_(g);
    } else {
      slot = slot + g;
    }
    return;
  }
  slot = std::move(g);
  heap_.push_back(std::move(node));
  std::push_heap(heap_.begin(), heap_.end(), older);
}

void ReversePass::run() {
  while (!heap_.empty()) {
    std::pop_heap(heap_.begin(), heap_.end(), older);
    const Ptr<Node> node = std::move(heap_.back());
    heap_.pop_back();
    Tensor g = std::move(node->arriving);
    if (node->hooks) g = run_hooks(*node, std::move(g));
    for (auto& [input, gradient] : collected_) {
      if (input == node.get()) gradient = g;
    }
    if (node->is_leaf()) {
      if (!limited_) add_to_leaf(static_cast<LeafNode&>(*node), std::move(g));
    } else if (goes_on(*node)) {
      process(*node, g);
    }
  }
}

bool ReversePass::goes_on(Node& node) const {
  if (!limited_) return true;
  return std::ranges::any_of(node.inputs(), [](const Ptr<Node>& in) { return in && in->wanted; });
}

void ReversePass::process(Node& node, const Tensor& g) {
  check_not_freed(node);
  Grads grads = node.vjp(g);
  const std::span<Ptr<Node>> inputs = node.inputs();
  const bool frees = graph_ == Graph::free;
  if (frees) {
    node.release_saved();
    node.freed = true;
  }
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!inputs[i]) continue;
    Ptr<Node> input = frees ? std::move(inputs[i]) : inputs[i];
    if (i < grads.size() && grads[i].defined()) deliver(std::move(input), std::move(grads[i]));
  }
}

void ReversePass::add_to_leaf(LeafNode& leaf, Tensor g) const {
  if (!leaf.grad.defined()) {
    // A gradient that others see too (a seed, the same gradient of two leaves) is copied.
    leaf.grad = is_ours(g) ? std::move(g) : g.clone();
  } else if (is_ours(leaf.grad)) {
    leaf.grad.add_(g);
  } else {
    leaf.grad = leaf.grad + g;
  }
}

void ReversePass::limit_to(const std::vector<Ptr<Node>>& roots, const std::vector<Node*>& inputs) {
  limited_ = true;
  std::uint64_t oldest = ~std::uint64_t{0};
  for (Node* input : inputs) {
    oldest = std::min(oldest, input->number);
    collected_.emplace_back(input, Tensor());
  }
  // Nothing older than the oldest input can depend on one. `wanted` serves as "seen" first.
  std::vector<Ptr<Node>> stack = roots;
  while (!stack.empty()) {
    const Ptr<Node> node = std::move(stack.back());
    stack.pop_back();
    if (node->wanted || node->number < oldest) continue;
    node->wanted = true;
    marked_.push_back(node);
    // A freed node has lost its inputs: whether it led to a wanted one can't be told any more.
    const bool is_input = std::ranges::find(inputs, node.get()) != inputs.end();
    if (!is_input) check_not_freed(*node);
    for (const Ptr<Node>& in : node->inputs()) {
      if (in && !in->wanted && in->number >= oldest) stack.push_back(in);
    }
  }
  std::sort(marked_.begin(), marked_.end(), older);
  for (const Ptr<Node>& node : marked_) {
    node->wanted = std::ranges::find(inputs, node.get()) != inputs.end() || goes_on(*node);
  }
}

Tensor ReversePass::collected(const Node* input) const {
  for (const auto& [node, gradient] : collected_) {
    if (node == input) return gradient;
  }
  return {};
}

}  // namespace tapegrad
