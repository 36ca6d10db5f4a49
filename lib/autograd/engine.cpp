#include "autograd/engine.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "autograd/anomaly.hpp"
#include "autograd/capture.hpp"
#include "autograd/gathered.hpp"
#include "autograd/mode.hpp"
#include "autograd/row_gradient.hpp"
#include "autograd/saved.hpp"
#include "autograd/taken.hpp"
#include "core/check.hpp"
#include "core/extras.hpp"
#include "core/fixed_text.hpp"
#include "core/tensor_impl.hpp"
#include "core/thread_end.hpp"
#include "tapegrad/autograd.hpp"

namespace tapegrad {
namespace {

bool older(const Node* a, const Node* b) { return a->number < b->number; }

}  // namespace

/// Trivially destructible, because destructors of static and thread_local objects may run passes;
/// close() frees what is left.
struct ReversePass::Spare {
  static void close();
  Scratch* scratch;
  bool opened;
  bool closed;
  static constinit thread_local Spare of_thread;
};

constinit thread_local ReversePass::Spare ReversePass::Spare::of_thread{};

void ReversePass::Spare::close() {
  of_thread.closed = true;
  delete std::exchange(of_thread.scratch, nullptr);
}

std::unique_ptr<ReversePass::Scratch> ReversePass::take_scratch() {
  if (Scratch* scratch = std::exchange(Spare::of_thread.scratch, nullptr)) {
    return std::unique_ptr<Scratch>(scratch);
  }
  return std::make_unique<Scratch>();
}

void ReversePass::give_back(std::unique_ptr<Scratch> scratch) {
  Spare& spare = Spare::of_thread;
  if (spare.closed || spare.scratch) return;
  if (!spare.opened && !(spare.opened = at_thread_end<Spare::close>())) return;
  spare.scratch = scratch.release();
}

ReversePass::ReversePass(Graph graph) : graph_(graph), scratch_(take_scratch()) {}

ReversePass::~ReversePass() {
  scratch_->arrivals.clear();
  scratch_->heap.clear();
  scratch_->leaves.clear();
  scratch_->together.clear();
  scratch_->attended.clear();
  give_back(std::move(scratch_));
}

void ReversePass::start(Ptr<Node> root, Tensor g) { deliver(std::move(root), std::move(g)); }

template <class Owner>
void ReversePass::deliver(Owner&& node, Tensor&& g) {
  Arrivals& arrivals = scratch_->arrivals;
  Arrival* wanted = limited_ ? arrivals.find(*node) : nullptr;
  if (limited_ && !(wanted && wanted->wanted())) return;
  fit(*node, g);
  if (limited_) {
    add(*wanted, std::move(g));
  } else if (!comes_next(*node)) {
    Arrival& place = arrivals.at(*node);
    if (!place.node) place.node = std::forward<Owner>(node);
    add(place, std::move(g));
  } else if (next_.node.get() == node.get()) {
    add_to(next_.gradient, g);
  } else {
    if (next_.node) {
      Arrival& place = arrivals.at(*next_.node);
      place.node = std::move(next_.node);
      add(place, std::move(next_.gradient));
    }
    next_.node = std::forward<Owner>(node);
    next_.gradient = std::move(g);
  }
}

/// No older than any that waits.
bool ReversePass::comes_next(const Node& node) const {
  if (next_.node) return node.number >= next_.node->number;
  return scratch_->heap.empty() || node.number > scratch_->heap.front()->number;
}

void ReversePass::add(Arrival& place, Tensor&& g) {
  if (place.gradient.defined()) return add_to(place.gradient, g);
  place.gradient = std::move(g);
  scratch_->heap.push_back(place.node.get());
  std::push_heap(scratch_->heap.begin(), scratch_->heap.end(), older);
}

/// The youngest of the heap.
Arrival ReversePass::pop() {
  std::vector<Node*>& heap = scratch_->heap;
  std::pop_heap(heap.begin(), heap.end(), older);
  Arrival youngest = scratch_->arrivals.take(*heap.back());
  heap.pop_back();
  return youngest;
}

template <ReversePass::Look look>
void ReversePass::run_all() {
  while (next_.node || !scratch_->heap.empty()) {
    Arrival youngest = next_.node ? Arrival(std::move(next_)) : pop();
    arrive<look>(youngest);
  }
}

void ReversePass::run() {
  if (is_anomaly_enabled() || is_captured()) [[unlikely]] {
    run_all<Look::closely>();
  } else {
    run_all<Look::away>();
  }
  if (is_captured()) [[unlikely]] {
    captured_pass();
    for (Arrival& leaf : scratch_->leaves) captured_gradient(leaf.node, std::move(leaf.gradient));
    scratch_->leaves.clear();
  }
  for (Arrival& leaf : scratch_->leaves) {
    make_ours(static_cast<LeafNode&>(*leaf.node), leaf.gradient);
  }
  for (Arrival& leaf : scratch_->leaves) {
    add_to_leaf(static_cast<LeafNode&>(*leaf.node), std::move(leaf.gradient));
  }
  if (!scratch_->attended.empty()) [[unlikely]]
    end_attended();
}

/// Runs the hooks, and remembers what is to be done at the end.
void ReversePass::attend(Arrival& arrival) {
  Node& node = *arrival.node;
  const Extras& extras = *node.extras.load(std::memory_order_acquire);
  if (!extras.hooks->empty()) make_dense(arrival.gradient);
  arrival.gradient = run_hooks(node, *extras.hooks, std::move(arrival.gradient));
  const bool ends_here = node.kind == Kind::leaf && !limited_ && !extras.after->empty();
  if (!extras.retains && !ends_here) return;
  // What is kept has no graph.
  scratch_->attended.push_back(
      {.node = arrival.node, .gradient = ends_here ? Tensor() : arrival.gradient.detach()});
}

/// After all leaves have their gradients: those that are kept elsewhere, and then the hooks, which
/// may run passes of their own, and throw.
void ReversePass::end_attended() {
  std::vector<Arrival> attended = std::move(scratch_->attended);
  for (Arrival& kept : attended) {
    if (kept.gradient.defined()) make_ours(kept.node->with_extras().retained, kept.gradient);
  }
  for (Arrival& kept : attended) {
    if (!kept.gradient.defined()) continue;
    add_to_leaf(kept.node->with_extras().retained, std::move(kept.gradient));
  }
  for (const Arrival& leaf : attended) {
    if (leaf.node->kind != Kind::leaf) continue;
    const Extras& extras = leaf.node->with_extras();
    const Tensor x = reattach(extras.elements, leaf.node);
    x.impl()->label = extras.elements.impl()->label.load();
    for (const Hook& hook : extras.after->now()) hook(x);
  }
}

template <ReversePass::Look look>
void ReversePass::arrive(Arrival& arrival) {
  Node& node = *arrival.node;
  if (node.extras.load(std::memory_order_acquire)) [[unlikely]]
    attend(arrival);
  if constexpr (look == Look::closely) {
    if (!is_captured()) check_arrived(node, arrival.gradient);
  }
  if (arrival.is_input) {
    make_dense(arrival.gradient);
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      if (inputs_[i] == &node) collected_[i] = arrival.gradient;
    }
  }
  if (limited_ && !arrival.leads) return;
  if (node.kind == Kind::leaf) {
    scratch_->leaves.push_back(std::move(arrival));
  } else if (node.kind == Kind::result) [[unlikely]] {
    process_result(static_cast<Result&>(node), std::move(arrival.gradient));
  } else if (graph_ == Graph::free) {
    process_and_free<look>(node, arrival.gradient);
  } else {
    process<look>(node, arrival.gradient);
  }
}

/// As the derivative of the node is to see it.
Tensor with_digits(const Node& node, const Tensor& g) {
  const Tensor computed = widened(g);
  return node.more_digits && computed.dtype() == float32 ? computed.to(float64) : computed;
}

/// The derivative of the node. What fails in it says whose it was.
template <ReversePass::Look look>
Grads ReversePass::gradients_of(Node& node, const Tensor& g) {
  if constexpr (look == Look::closely) captured_derivative = node.name();
  try {
    if (node.kind == Kind::joint) [[unlikely]] {
      std::vector<Tensor> gs = taken_together(node);
      if (has_narrow(gs)) gs = widened(gs);
      return static_cast<Joint&>(node).vjp_of(gs);
    }
    if (has_narrow(g) || node.more_digits) [[unlikely]]
      return node.vjp(with_digits(node, g));
    return node.vjp(g);
  } catch (const MemoryError& inner) {
    std::array<char, 64> name{};
    FixedText(name) << "backward of " << node.name();
    throw MemoryError(name.data(), inner);
  } catch (Error& error) {
    error.add_place("in the derivative of " + description_of(node));
    throw;
  }
}

template <ReversePass::Look look>
void ReversePass::process(Node& node, const Tensor& g) {
  const Reading reading(node.claim);
  check_not_freed(node, static_cast<bool>(reading));
  Grads grads = gradients_of<look>(node, g);
  if constexpr (look == Look::closely) {
    if (!is_captured()) check_gradients(node, grads);
  }
  const std::span<Ptr<Node>> inputs = node.inputs();
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i] && i < grads.size() && grads[i].defined()) {
      deliver(inputs[i], std::move(grads[i]));
    }
  }
}

template <ReversePass::Look look>
void ReversePass::process_and_free(Node& node, const Tensor& g) {
  Taken taken(node);
  Grads grads = gradients_of<look>(node, g);
  if constexpr (look == Look::closely) {
    if (!is_captured()) check_gradients(node, grads);
  }
  taken.release();
  const std::span<Ptr<Node>> inputs = node.inputs();
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    Ptr<Node> input = std::move(inputs[i]);
    if (input && i < grads.size() && grads[i].defined()) {
      deliver(std::move(input), std::move(grads[i]));
    }
  }
}

}  // namespace tapegrad
