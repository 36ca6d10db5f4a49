#include "core/node.hpp"

#include <atomic>
#include <bit>

namespace tapegrad {
namespace {

std::atomic<std::uint64_t> next_number{1};

// Dead nodes of this thread that wait to be freed. A dead node's number holds the link to the
// next, so that freeing never allocates.
[[gnu::tls_model("initial-exec")]] constinit thread_local Node* dead = nullptr;
[[gnu::tls_model("initial-exec")]] constinit thread_local bool freeing = false;

}  // namespace

Node::Node(DType type, const Shape& extents)
    : dtype(type), number(next_number.fetch_add(1, std::memory_order_relaxed)), shape(extents) {}

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
