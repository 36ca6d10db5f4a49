// A record while a reverse pass frees it.
#pragma once

#include "autograd/engine.hpp"
#include "core/node.hpp"

namespace tapegrad {

/// A record in the hands of the pass that frees it. It goes back if its derivative fails.
class Taken {
 public:
  explicit Taken(Node& node) : node_(&node) {
    const bool alone = node.references.load(std::memory_order_acquire) == 1;
    check_not_freed(node, alone ? node.claim.take_alone() : node.claim.take());
  }
  Taken(const Taken&) = delete;
  Taken& operator=(const Taken&) = delete;
  ~Taken() {
    if (node_) node_->claim.give_back();
  }
  void release() {
    node_->release_saved();
    node_ = nullptr;
  }

 private:
  Node* node_;
};

}  // namespace tapegrad
