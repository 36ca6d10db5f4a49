#include "tapegrad/names.hpp"

#include <algorithm>
#include <unordered_map>

#include "core/check.hpp"
#include "core/scope.hpp"
#include "core/tensor_impl.hpp"

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

std::string joined(const Scope* scope, std::string_view name) {
  return scope ? path_of(scope) + "/" + std::string(name) : std::string(name);
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

NameScope::NameScope(std::string_view name) : before_(current_scope) {
  check_name("NameScope", name);
  current_scope = scope_within(current_scope, name);
}

NameScope::~NameScope() { current_scope = static_cast<const Scope*>(before_); }

std::vector<TapeRecord> tape(const Tensor& root) {
  const std::vector<Node*> nodes = nodes_below(root);
  const auto uses = first_uses(nodes);
  std::unordered_map<const Node*, std::size_t> places;
  std::unordered_map<std::string, std::size_t> taken;
  std::vector<TapeRecord> records;
  for (Node* node : nodes) {
    const auto use = uses.find(node);
    const Scope* scope = use != uses.end() && !node->scope ? use->second : node->scope;
    const std::string name = joined(scope, node->label ? node->label->name : node->name());
    TapeRecord record{.name = name,
                      .operation = std::string(node->name()),
                      .dtype = node->dtype,
                      .shape = node->shape,
                      .inputs = {}};
    // "a_1" may also be a name that somebody gave.
    for (std::size_t k = taken[name]; taken.contains(record.name) && k > 0; ++k) {
      record.name = fmt::format("{}_{}", name, k);
    }
    ++taken[name];
    if (record.name != name) ++taken[record.name];
    for (const Ptr<Node>& input : node->inputs()) {
      record.inputs.push_back(input ? std::optional(places.at(input.get())) : std::nullopt);
    }
    places.emplace(node, records.size());
    records.push_back(std::move(record));
  }
  return records;
}

std::string Tensor::name() const {
  const TensorImpl& x = impl_of(*this);
  if (x.node) return tape(*this).back().name + ":0";
  return (x.label ? path_of(x.label) : "constant") + ":0";
}

Tensor Tensor::named(std::string_view name) const {
  check_name("named", name);
  TensorImpl& x = impl_of(*this);
  if (x.node) {
    x.node->label = scope_within(nullptr, name);
  } else {
    x.label = scope_within(current_scope, name);
  }
  return *this;
}

}  // namespace tapegrad
