// The tape as a list of records with names.
#include "autograd/records.hpp"

#include <algorithm>
#include <vector>

#include "core/check.hpp"
#include "core/tensor_impl.hpp"
#include "tapegrad/graph.hpp"

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

/// A leaf was made before the model ran; it is shown where it is used first.
std::unordered_map<const Node*, const Scope*> first_uses(const std::vector<Node*>& nodes) {
  std::unordered_map<const Node*, const Scope*> uses;
  for (Node* node : nodes) {
    for (const Ptr<Node>& input : node->inputs()) {
      if (input && input->is_leaf()) uses.emplace(input.get(), node->scope);
    }
  }
  return uses;
}

}  // namespace

std::string name_within(const Scope* scope, std::string_view name) {
  return scope ? path_of(scope) + "/" + std::string(name) : std::string(name);
}

std::string UniqueNames::take(const std::string& name) {
  std::string result = name;
  // "a_1" may also be a name that somebody gave.
  for (std::size_t k = taken_[name]; taken_.contains(result) && k > 0; ++k) {
    result = fmt::format("{}_{}", name, k);
  }
  ++taken_[name];
  if (result != name) ++taken_[result];
  return result;
}

std::vector<TapeRecord> tape(const Tensor& root) {
  const std::vector<Node*> nodes = nodes_below(root);
  const auto uses = first_uses(nodes);
  std::unordered_map<const Node*, std::size_t> places;
  UniqueNames names;
  std::vector<TapeRecord> records;
  for (Node* node : nodes) {
    const auto use = uses.find(node);
    const Scope* scope = use != uses.end() && !node->scope ? use->second : node->scope.load();
    const Scope* label = node->label;
    TapeRecord record{.name = names.take(name_within(scope, label ? label->name : node->name())),
                      .operation = std::string(node->name()),
                      .dtype = node->dtype,
                      .shape = node->shape,
                      .inputs = {},
                      .freed = node->claim.taken()};
    for (const Ptr<Node>& input : node->inputs()) {
      if (node->claim.taken()) break;
      record.inputs.push_back(input ? std::optional(places.at(input.get())) : std::nullopt);
    }
    places.emplace(node, records.size());
    records.push_back(std::move(record));
  }
  return records;
}

}  // namespace tapegrad
