#include "core/node.hpp"

#include <atomic>
#include <bit>
#include <memory>

namespace tapegrad {
namespace {

std::atomic<std::uint64_t> next_number{1};

// Dead nodes of this thread that wait to be freed. A dead node's number holds the link to the
// next, so that freeing never allocates.
[[gnu::tls_model("initial-exec")]] constinit thread_local Node* dead = nullptr;
[[gnu::tls_model("initial-exec")]] constinit thread_local bool freeing = false;

}  // namespace

Node::Node(DType type, const Shape& extents, Kind which)
    : dtype(type),
      kind(which),
      number(next_number.fetch_add(1, std::memory_order_relaxed)),
      shape(extents) {}

void Node::add_hook(Hook hook) {
  Hooks* known = hooks.load(std::memory_order_acquire);
  if (!known) {
    auto first = std::make_unique<Hooks>();
    if (hooks.compare_exchange_strong(known, first.get())) known = first.release();
  }
  const std::lock_guard lock(known->mutex);
  known->list.push_back(std::move(hook));
}

std::vector<Hook> Node::registered_hooks() const {
  Hooks& known = *hooks.load(std::memory_order_acquire);
  const std::lock_guard lock(known.mutex);
  return known.list;
}

Tensor LeafNode::grad() const {
  const std::lock_guard guard(lock);
  return collected;
}

// What was there before is dropped without the lock: its deleter may be somebody's function.
void LeafNode::set_grad(Tensor grad) {
  const std::lock_guard guard(lock);
  collected.swap(grad);
  if (collected.defined()) count_received();
}

void destroy(Node* node) noexcept {
  node->number = std::bit_cast<std::uint64_t>(dead);
  dead = node;
  if (freeing) return;
  freeing = true;
  while (dead) {
    Node* next = dead;
    dead = std::bit_cast<Node*>(next->number);
    delete next;
  }
  freeing = false;
}

}  // namespace tapegrad
