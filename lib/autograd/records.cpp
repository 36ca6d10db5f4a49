// The tape as a list of records with names.
#include "autograd/records.hpp"

#include <vector>

#include "autograd/several.hpp"
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

namespace {

/// The list, as it grows.
class Tape {
 public:
  explicit Tape(const std::vector<Walked>& all) : uses_(first_uses(all)) {}
  void add(const Walked& walked);
  std::vector<TapeRecord> taken() && { return std::move(records_); }

 private:
  std::string name_of(const Node& node);

  std::unordered_map<const Node*, const Scope*> uses_;
  std::unordered_map<const Node*, std::size_t> places_;
  UniqueNames names_;
  /// Of operations with several results, which are no records themselves: what was found of them,
  /// and the name that their results share.
  std::unordered_map<const Node*, const Walked*> joints_;
  std::unordered_map<const Node*, std::string> shared_names_;
  std::vector<TapeRecord> records_;
};

std::string Tape::name_of(const Node& node) {
  const auto use = uses_.find(&node);
  const Scope* own = node.scope;
  const Scope* scope = use != uses_.end() && !own ? use->second : own;
  if (const Scope* label = node.label) return names_.take(name_within(scope, label->name));
  if (node.kind != Kind::result) return names_.take(name_within(scope, node.name()));
  const auto& result = static_cast<const Result&>(node);
  std::string& shared = shared_names_[result.joint.get()];
  if (shared.empty()) shared = names_.take(name_within(scope, node.name()));
  return fmt::format("{}:{}", shared, result.index);
}

void Tape::add(const Walked& walked) {
  const Node& node = *walked.node;
  if (node.kind == Kind::joint) {
    joints_.emplace(&node, &walked);
    return;
  }
  TapeRecord record{.name = name_of(node),
                    .operation = std::string(node.name()),
                    .dtype = node.dtype,
                    .shape = node.shape,
                    .freed = walked.freed};
  AttributeList attributes;
  if (!node.is_leaf()) static_cast<const Record&>(node).attributes(attributes);
  record.attributes = std::move(attributes).taken();
  const Walked* made_by = &walked;
  if (node.kind == Kind::result) {
    record.result = static_cast<const Result&>(node).index;
    // Where a pass freed the result, the walk has not come to its operation.
    const auto joint = joints_.find(static_cast<const Result&>(node).joint.get());
    made_by = joint == joints_.end() ? nullptr : joint->second;
    record.freed = !made_by || made_by->freed;
  }
  if (made_by) {
    for (const Ptr<Node>& input : made_by->inputs) {
      record.inputs.push_back(input ? std::optional(places_.at(input.get())) : std::nullopt);
    }
  }
  places_.emplace(&node, records_.size());
  records_.push_back(std::move(record));
}

}  // namespace

std::vector<TapeRecord> tape(const Tensor& root) {
  check_defined("tape", root);
  const std::vector<Walked> all = records_below(root);
  Tape list(all);
  for (const Walked& walked : all) list.add(walked);
  return std::move(list).taken();
}

}  // namespace tapegrad
