// The tape as text and as Graphviz DOT.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <unordered_map>

#include "core/check.hpp"
#include "core/node.hpp"
#include "core/tensor_impl.hpp"
#include "tapegrad/autograd.hpp"

namespace tapegrad {
namespace {

/// Every node below and including the root's, oldest first.
std::vector<Node*> nodes_below(const Tensor& root) {
  std::vector<Node*> found;
  std::vector<Node*> stack;
  std::unordered_map<Node*, bool> seen;
  if (Node* node = impl_of(root).node.get()) stack.push_back(node);
  while (!stack.empty()) {
    Node* node = stack.back();
    stack.pop_back();
    if (!seen.emplace(node, true).second) continue;
    found.push_back(node);
    for (const Ptr<Node>& input : node->inputs()) {
      if (input) stack.push_back(input.get());
    }
  }
  std::ranges::sort(found, {}, &Node::number);
  return found;
}

std::unordered_map<const Node*, std::size_t> ids_of(const std::vector<Node*>& nodes) {
  std::unordered_map<const Node*, std::size_t> ids;
  for (std::size_t i = 0; i < nodes.size(); ++i) ids.emplace(nodes[i], i);
  return ids;
}

}  // namespace

std::string tape_text(const Tensor& root) {
  const std::vector<Node*> nodes = nodes_below(root);
  const auto ids = ids_of(nodes);
  std::string text;
  for (Node* node : nodes) {
    std::string inputs;
    for (const Ptr<Node>& input : node->inputs()) {
      if (!inputs.empty()) inputs += ", ";
      inputs += input ? fmt::format("%{}", ids.at(input.get())) : "constant";
    }
    fmt::format_to(std::back_inserter(text), "%{} = {}({}) : {} {}\n", ids.at(node), node->name(),
                   inputs, node->dtype, node->shape);
  }
  return text;
}

std::string tape_dot(const Tensor& root) {
  const std::vector<Node*> nodes = nodes_below(root);
  const auto ids = ids_of(nodes);
  std::string text = "digraph tape {\n  rankdir = LR;\n";
  for (Node* node : nodes) {
    fmt::format_to(std::back_inserter(text), "  n{} [label=\"{}\\n{} {}\", shape={}];\n",
                   ids.at(node), node->name(), node->dtype, node->shape,
                   node->is_leaf() ? "box" : "ellipse");
    for (const Ptr<Node>& input : node->inputs()) {
      if (input) {
        fmt::format_to(std::back_inserter(text), "  n{} -> n{};\n", ids.at(input.get()),
                       ids.at(node));
      }
    }
  }
  return text + "}\n";
}

}  // namespace tapegrad
