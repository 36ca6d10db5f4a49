// What an optimizer asks of a parameter's place on the tape.
#pragma once

#include <cstdint>

#include "core/node.hpp"
#include "core/tensor_impl.hpp"

namespace tapegrad::optim {

/// Null for one that is frozen.
inline LeafNode* leaf_of(const Tensor& x) {
  const Ptr<Node>& node = x.impl()->node;
  return node && node->is_leaf() ? static_cast<LeafNode*>(node.get()) : nullptr;
}

/// How many gradients have come.
inline std::uint32_t received(const LeafNode* leaf) {
  return leaf ? leaf->received.load(std::memory_order_relaxed) : 0;
}

}  // namespace tapegrad::optim
