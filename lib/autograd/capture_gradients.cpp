// Gradients in a captured function: what becomes of those of leaves that were there before.
#include <algorithm>
#include <mutex>

#include "autograd/capturing.hpp"
#include "autograd/engine.hpp"
#include "autograd/gathered.hpp"
#include "autograd/mode.hpp"
#include "core/check.hpp"
#include "core/extras.hpp"
#include "tapegrad/ops/pointwise.hpp"

namespace tapegrad {

LeafState& Capture::state_of(const Ptr<Node>& leaf) {
  const auto found = std::ranges::find_if(
      done_.leaves, [&](const LeafState& state) { return state.leaf.get() == leaf.get(); });
  if (found != done_.leaves.end()) return *found;
  return done_.leaves.emplace_back(LeafState{.leaf = leaf});
}

/// g is all of a memory of this capture's, and no gradient yet.
bool Capture::is_whole(const Tensor& g) const {
  const Storage& storage = *impl_of(g).storage;
  return is_own(g) && !is_feed(g) && g.is_contiguous() &&
         storage.bytes == static_cast<std::size_t>(g.numel()) * size_of(g.dtype()) &&
         !given_.contains(&storage);
}

/// g where nobody else holds or changes its elements, else a copy.
Tensor Capture::undivided(const Tensor& g) {
  const Tensor own = is_whole(g) ? g : unrecorded([&] { return g.clone(); });
  given_.insert(impl_of(own).storage.get());
  return own;
}

/// A step that puts state.now into the leaf, or adds it to what is there.
void Capture::give(LeafState& state) {
  auto gift = std::make_shared<Gift>(state.leaf, make_alias(state.now), state.cleared);
  add_call("gradient", [gift] { gift->hand_over(); });
  done_.steps.back().inputs = {make_alias(state.now)};
  done_.steps.back().gift = std::move(gift);
}

void Capture::deliver(const Ptr<Node>& leaf, Tensor g) {
  auto& node = static_cast<LeafNode&>(*leaf);
  if (is_born(node)) {
    const Tensor before = node.grad();
    return node.set_grad(before.defined() ? unrecorded([&] { return before + g; }) : undivided(g));
  }
  LeafState& state = state_of(leaf);
  const bool adds = state.cleared && state.now.defined();
  state.now = undivided(adds ? unrecorded([&] { return state.now + g; }) : g);
  give(state);
}

Tensor Capture::grad(const Ptr<Node>& leaf) {
  if (is_born(*leaf)) return static_cast<LeafNode&>(*leaf).grad();
  const LeafState& state = state_of(leaf);
  check<AutogradError>(
      state.cleared,
      "grad: the gradient of this leaf of shape {} would have in it what was there "
      "before the captured function; drop that first, with zero_grad(), or ask "
      "for the gradient itself with tg::grad()",
      leaf->shape);
  return state.now;
}

void Capture::set_grad(const Ptr<Node>& leaf, const Tensor& g) {
  if (is_born(*leaf)) return static_cast<LeafNode&>(*leaf).set_grad(g);
  clear(leaf);
  LeafState& state = state_of(leaf);
  if (g.defined() && is_own(g)) {
    check<Error>(is_whole(g),
                 "set_grad: this tensor of shape {} shares memory with {}, and so would the "
                 "gradient in each run; give a clone() of it",
                 g.shape(), is_feed(g) ? "a feed, which belongs to the caller" : "another tensor");
    state.now = undivided(g);
    return give(state);
  }
  if (g.defined()) {
    note("set_grad", g);
    state.now = make_alias(g);
    // Both look at the same elements, as by themselves.
    return add_call("set_grad", [leaf, g = state.now] {
      static_cast<LeafNode&>(*leaf).set_grad(make_alias(g));
    });
  }
  add_call("zero_grad", [leaf] { static_cast<LeafNode&>(*leaf).set_grad({}); });
  done_.steps.back().clears = {leaf};
}

void Capture::clear_by_call(const std::vector<Tensor>& leaves, std::function<void()> call) {
  add_call("zero_grad", std::move(call));
  for (const Tensor& x : leaves) {
    const Ptr<Node>& node = x.impl()->node;
    if (node) clear(node);
    done_.steps.back().clears.push_back(node);
  }
}

void Gift::hand_over() {
  auto& node = static_cast<LeafNode&>(*leaf);
  if (!replaces) return node.grad().defined() ? add_to_leaf(node, tensor) : node.set_grad(tensor);
  if (is_in_leaf()) return node.count_received();
  // What was there before is dropped without the lock.
  Tensor one = tensor;
  const std::lock_guard guard(node.lock);
  node.collected.swap(one);
  node.count_exchange();
  node.count_received();
  given_ = tensor.impl();
  exchanges_ = node.exchanges.load(std::memory_order_relaxed);
}

std::size_t hooks_on(const Node* leaf) {
  const Extras* extras = leaf ? leaf->extras.load(std::memory_order_acquire) : nullptr;
  return extras ? extras->hooks->now().size() + extras->after->now().size() : 0;
}

void captured_graph() {
  if (current_program) current_program->ignore_owners();
}
void captured_pass() { current_program->pass(); }
void captured_look(const Tensor& x) { current_program->look(x); }

void captured_gradient(const Ptr<Node>& leaf, Tensor g) {
  current_program->deliver(leaf, std::move(g));
}
Tensor captured_grad(const Ptr<Node>& leaf) { return current_program->grad(leaf); }
void captured_set_grad(const Ptr<Node>& leaf, const Tensor& g) {
  current_program->set_grad(leaf, g);
}

}  // namespace tapegrad
