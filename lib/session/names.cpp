// What the operations of a graph are called, and all of them as a list.
#include <charconv>

#include "autograd/graph_impl.hpp"
#include "autograd/record_list.hpp"
#include "core/check.hpp"

namespace tapegrad {
namespace {

/// What it is called before names are made unique: what named() gave to its only result, or its
/// operation in its scope.
std::string wished_name(const GraphNode& node) {
  if (node.outputs.size() == 1) {
    if (const Scope* label = node.outputs[0].impl()->label) return path_of(label);
  }
  const std::string place = path_of(node.scope);
  return place.empty() ? node.kind : place + "/" + node.kind;
}

}  // namespace

const std::vector<std::string>& GraphImpl::names() const {
  const std::lock_guard guard(names_mutex_);
  if (named_at_ == changes) return names_;
  names_.clear();
  places_.clear();
  std::map<std::string, std::size_t, std::less<>> uses;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const std::string wish = wished_name(nodes[i]);
    std::string called = wish;
    for (std::size_t& n = uses[wish]; places_.contains(called);) {
      called = fmt::format("{}_{}", wish, ++n);
    }
    places_.emplace(called, i);
    names_.push_back(std::move(called));
  }
  named_at_ = changes;
  return names_;
}

std::string GraphImpl::name_of(Place place) const {
  return fmt::format("{}:{}", names()[place.node], place.result);
}

std::optional<GraphImpl::Place> GraphImpl::find(std::string_view wanted) const {
  names();
  std::size_t result = 0;
  if (const std::size_t colon = wanted.rfind(':'); colon != wanted.npos) {
    const std::string_view digits = wanted.substr(colon + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), result);
    if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
    wanted = wanted.substr(0, colon);
  }
  const auto found = places_.find(wanted);
  if (found == places_.end() || result >= nodes[found->second].outputs.size()) return std::nullopt;
  return Place{found->second, result};
}

std::optional<std::size_t> GraphImpl::find_action(std::string_view wanted) const {
  if (wanted.empty()) return std::nullopt;
  names();
  const auto found = places_.find(wanted);
  if (found == places_.end() || !nodes[found->second].outputs.empty()) return std::nullopt;
  return found->second;
}

std::vector<TapeRecord> Graph::operations() const {
  const GraphImpl& graph = impl_of_graph("operations", impl_);
  RecordList list(graph.names());
  std::map<const TensorImpl*, std::size_t> places;
  // What is no part of the graph is added where it is used first.
  const auto place_of = [&](const Tensor& x) {
    const auto found = places.find(x.impl());
    if (found != places.end()) return found->second;
    const Scope* label = x.impl()->label;
    const std::size_t place = list.add_source(x, label ? path_of(label) : "constant",
                                              x.requires_grad() ? "leaf" : "constant");
    return places.emplace(x.impl(), place).first->second;
  };
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const GraphNode& node = graph.nodes[i];
    TapeRecord record;
    record.name = graph.names()[i];
    record.operation = node.kind;
    record.attributes = node.attributes;
    for (const Tensor& x : node.inputs) {
      if (x.defined()) record.inputs.emplace_back(place_of(x));
    }
    for (std::size_t k = 0; k < node.outputs.size(); ++k) {
      places.emplace(node.outputs[k].impl(), list.size() + k);
    }
    list.add(record, node.outputs);
  }
  return std::move(list).taken();
}

std::string Graph::text() const { return tape_text(operations()); }

}  // namespace tapegrad
