// The reverse pass: a max-heap on creation numbers. The gradient waits in the node's own slot.
#pragma once

#include <vector>

#include "core/node.hpp"

namespace tapegrad {

/// One reverse pass. Not for two threads at a time on graphs that share nodes; a hook may start
/// another one of its thread on any graph.
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
  /// Take the scratch out of the nodes while a pass within this one runs, and put it back.
  void set_aside();
  void bring_back();

  Graph graph_;
  ReversePass* outer_;
  bool limited_ = false;
  std::vector<Ptr<Node>> heap_;
  std::vector<Ptr<Node>> marked_;
  std::vector<std::pair<Node*, Tensor>> collected_;
  std::vector<Tensor> arriving_aside_;
  std::vector<bool> wanted_aside_;
};

}  // namespace tapegrad
