// The records below a tensor, for whoever lists them.
#pragma once

#include <vector>

#include "core/node.hpp"

namespace tapegrad {

/// A record as the walk found it: a reverse pass of another thread may free it afterwards.
struct Walked {
  Ptr<Node> node;
  std::vector<Ptr<Node>> inputs;
  bool freed;
};

/// Every record below and including the root's, oldest first; none for an untracked root.
std::vector<Walked> records_below(const Tensor& root);

}  // namespace tapegrad
