// What the operations of a graph are called, and all of them as a list.
#include <charconv>
#include <set>

#include "autograd/graph_impl.hpp"
#include "core/check.hpp"
#include "core/unknown.hpp"

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

/// Unknown sizes as they are declared.
Shape declared(const Shape& shape) {
  Shape result = shape;
  for (std::int64_t& size : result) size = is_unknown(size) ? unknown : size;
  return result;
}

class Listing {
 public:
  explicit Listing(const GraphImpl& graph)
      : graph_(graph), taken_(graph.names().begin(), graph.names().end()) {}
  void add(std::size_t node);
  std::vector<TapeRecord> list() && { return std::move(list_); }

 private:
  std::size_t place_of(const Tensor& x);

  const GraphImpl& graph_;
  std::set<std::string> taken_;
  std::map<const TensorImpl*, std::size_t> places_;
  std::vector<TapeRecord> list_;
};

/// What is no part of the graph is added where it is used first.
std::size_t Listing::place_of(const Tensor& x) {
  const auto [place, is_new] = places_.try_emplace(x.impl(), list_.size());
  if (!is_new) return place->second;
  const Scope* label = x.impl()->label;
  const std::string name = label ? path_of(label) : "constant";
  std::string called = name;
  for (std::size_t n = 1; !taken_.insert(called).second; ++n)
    called = fmt::format("{}_{}", name, n);
  list_.push_back({.name = std::move(called),
                   .operation = x.requires_grad() ? "leaf" : "constant",
                   .dtype = x.dtype(),
                   .shape = x.shape()});
  return place->second;
}

void Listing::add(std::size_t i) {
  const GraphNode& node = graph_.nodes[i];
  std::vector<std::optional<std::size_t>> inputs;
  for (const Tensor& x : node.inputs) {
    if (x.defined()) inputs.emplace_back(place_of(x));
  }
  const auto put = [&](DType dtype, const Shape& shape, std::optional<std::size_t> result) {
    const std::string number = result ? fmt::format(":{}", *result) : "";
    list_.push_back({.name = graph_.names()[i] + number,
                     .operation = node.kind,
                     .dtype = dtype,
                     .shape = declared(shape),
                     .inputs = inputs,
                     .attributes = node.attributes,
                     .result = result});
  };
  for (std::size_t k = 0; k < node.outputs.size(); ++k) {
    const Tensor& y = node.outputs[k];
    places_.emplace(y.impl(), list_.size());
    put(y.dtype(), y.shape(), node.outputs.size() == 1 ? std::nullopt : std::optional(k));
  }
  if (node.outputs.empty()) put(float32, {0}, std::nullopt);
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
  check<Error>(impl_ != nullptr, "operations: this graph was moved from, and has {}", 0);
  Listing listing(*impl_);
  for (std::size_t i = 0; i < impl_->nodes.size(); ++i) listing.add(i);
  return std::move(listing).list();
}

std::string Graph::text() const { return tape_text(operations()); }

}  // namespace tapegrad
