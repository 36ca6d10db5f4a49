// The tape as a list of records with names.
#include "autograd/records.hpp"

#include <vector>

#include "autograd/operation.hpp"
#include "autograd/walk.hpp"
#include "core/check.hpp"
#include "tapegrad/graph.hpp"

namespace tapegrad {
namespace {

/// A leaf was made before the model ran; it is shown where it is used first.
std::unordered_map<const Node*, const Scope*> first_uses(const std::vector<Walked>& all) {
  std::unordered_map<const Node*, const Scope*> uses;
  for (const Walked& walked : all) {
    for (const Ptr<Node>& input : walked.inputs) {
      if (input && input->is_leaf()) uses.emplace(input.get(), walked.node->scope);
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
  check_defined("tape", root);
  const std::vector<Walked> all = records_below(root);
  const auto uses = first_uses(all);
  std::unordered_map<const Node*, std::size_t> places;
  UniqueNames names;
  std::vector<TapeRecord> records;
  for (const auto& [node, inputs, freed] : all) {
    const auto use = uses.find(node.get());
    const Scope* own = node->scope;
    const Scope* scope = use != uses.end() && !own ? use->second : own;
    const Scope* label = node->label;
    AttributeList attributes;
    if (!node->is_leaf()) static_cast<const Record&>(*node).attributes(attributes);
    TapeRecord record{.name = names.take(name_within(scope, label ? label->name : node->name())),
                      .operation = std::string(node->name()),
                      .dtype = node->dtype,
                      .shape = node->shape,
                      .inputs = {},
                      .freed = freed,
                      .attributes = std::move(attributes).taken()};
    for (const Ptr<Node>& input : inputs) {
      record.inputs.push_back(input ? std::optional(places.at(input.get())) : std::nullopt);
    }
    places.emplace(node.get(), records.size());
    records.push_back(std::move(record));
  }
  return records;
}

}  // namespace tapegrad
