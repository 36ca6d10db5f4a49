// The reverse pass: a max-heap on creation numbers. The gradient waits in the node's own slot.
#pragma once

#include <vector>

#include "core/node.hpp"

namespace tapegrad {

/// One reverse pass. Not for two threads at a time on graphs that share nodes.
class ReversePass {
 public:
  enum class Graph { free, keep };

  explicit ReversePass(Graph graph);
  ReversePass(const ReversePass&) = delete;
  ReversePass& operator=(const ReversePass&) = delete;
  /// Clears what is still waiting, so that an error in a derivative leaves no trace.
  ~ReversePass();

  /// Limits the pass to paths from `roots` to `inputs`, whose gradients are collected.
  void limit_to(const std::vector<Ptr<Node>>& roots, const std::vector<Node*>& inputs);
  /// Adds a gradient at a node.
  void deliver(Ptr<Node> node, Tensor g);
  /// Without limit_to, adds the gradients to the leaves.
  void run();
  /// The collected gradient of an input; undefined when nothing reached it.
  Tensor collected(const Node* input) const;

 private:
  void process(Node& node, const Tensor& g);
  void add_to_leaf(LeafNode& leaf, Tensor g) const;
  bool goes_on(Node& node) const;

  Graph graph_;
  bool limited_ = false;
  std::vector<Ptr<Node>> heap_;
  std::vector<Ptr<Node>> marked_;
  std::vector<std::pair<Node*, Tensor>> collected_;
};

}  // namespace tapegrad
