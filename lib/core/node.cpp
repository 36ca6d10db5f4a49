#include "core/node.hpp"

#include <atomic>
#include <bit>
#include <memory>
#include <mutex>

#include "core/extras.hpp"

namespace tapegrad {
namespace {

std::atomic<std::uint64_t> next_number{1};

// Dead nodes of this thread that wait to be freed. A dead node's number holds the link to the
// next, so that freeing never allocates.
[[gnu::tls_model("initial-exec")]] constinit thread_local Node* dead = nullptr;
[[gnu::tls_model("initial-exec")]] constinit thread_local bool freeing = false;

}  // namespace

std::uint64_t next_node_number() { return next_number.load(std::memory_order_relaxed); }

Node::Node(DType type, const Shape& extents, Kind which)
    : dtype(type),
      kind(which),
      number(next_number.fetch_add(1, std::memory_order_relaxed)),
      shape(extents) {}

Extras& Node::with_extras() {
  Extras* known = extras.load(std::memory_order_acquire);
  if (!known) {
    auto first = std::make_unique<Extras>();
    if (extras.compare_exchange_strong(known, first.get())) known = first.release();
  }
  return *known;
}

void Node::drop(Extras* owned) noexcept { delete owned; }

Tensor Collected::grad() const {
  const std::lock_guard guard(lock);
  return collected;
}

// What was there before is dropped without the lock: its deleter may be somebody's function.
void Collected::set_grad(Tensor grad) {
  const std::lock_guard guard(lock);
  collected.swap(grad);
  count_exchange();
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
