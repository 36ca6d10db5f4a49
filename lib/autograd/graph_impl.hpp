// What a graph holds: its operations in the order in which they were built, and who made which
// tensor.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "autograd/operation.hpp"
#include "core/scope.hpp"
#include "core/unknown.hpp"
#include "tapegrad/session.hpp"

namespace tapegrad {

using TensorList = std::vector<Tensor>;

struct GraphNode {
  /// "matmul"; "placeholder", "constant" and "variable" for what has no inputs.
  std::string kind;
  const Scope* scope = current_scope;
  /// One of the three, or none: an operation; what acts on other tensors than its inputs, too, or
  /// gives several; and what is done at once, before a run.
  std::unique_ptr<const Operation> operation = {};
  std::function<TensorList(const TensorList&)> call = {};
  std::function<void()> before = {};
  TensorList inputs = {};
  TensorList outputs = {};
  std::vector<Attribute> attributes = {};
  /// set_shape() has said more of a result.
  bool fixed = false;
  /// Whether what it gives goes on the tape.
  bool recorded = true;
  /// Of gradients: whether somebody asks for their gradients.
  std::shared_ptr<bool> differentiated = {};
};

namespace detail {

struct GraphImpl : std::enable_shared_from_this<GraphImpl> {
  struct Place {
    std::size_t node;
    std::size_t result;
    friend auto operator<=>(const Place&, const Place&) = default;
  };
  struct Variable {
    Tensor tensor;
    Tensor initial;
  };

  explicit GraphImpl(std::string_view called);
  GraphImpl(const GraphImpl&) = delete;
  GraphImpl& operator=(const GraphImpl&) = delete;
  ~GraphImpl();

  /// A tensor of this graph without values, which lies like `layout`.
  Tensor symbolic(DType dtype, const Layout& layout) const;
  /// The place of the node.
  std::size_t add(GraphNode node);
  /// x is about to be differentiated, and with it the gradients that it depends on.
  void differentiate(const Tensor& x);
  /// The first result of a new node that has one.
  Tensor add_source(std::string_view kind, Tensor x, std::string_view label);
  GraphOperation add_action(GraphNode node);
  GraphOperation action_at(std::size_t node);
  /// Where a tensor of this graph was made. Throws Error for others, in `operation`'s name.
  Place place_of(std::string_view operation, const Tensor& x) const;
  bool has(const Tensor& x) const { return x.defined() && makers.contains(x.impl()); }
  const Tensor& at(Place place) const { return nodes[place.node].outputs[place.result]; }

  /// A name for each node, unique in the graph, as it is called by now.
  const std::vector<std::string>& names() const;
  /// "loss/sub:0".
  std::string name_of(Place place) const;
  std::optional<Place> find(std::string_view name) const;
  /// The node of a name, if it gives nothing.
  std::optional<std::size_t> find_action(std::string_view name) const;

  std::string name;
  std::uint32_t number;
  /// The count of the thread that builds it.
  int* const counted_in = &graphs_here;
  std::vector<GraphNode> nodes = {};
  std::unordered_map<const TensorImpl*, Place> makers = {};
  std::vector<Variable> variables = {};
  std::map<std::string, std::vector<NamedTensor>, std::less<>> collections = {};
  /// What nodes need, and nobody else keeps.
  std::vector<std::shared_ptr<const void>> kept = {};
  /// Counts what names() depends on, and what set_shape() has said.
  std::uint64_t changes = 0;
  std::uint64_t shapes_fixed = 0;

 private:
  /// Sessions of several threads may look for names at a time.
  mutable std::mutex names_mutex_;
  mutable std::vector<std::string> names_;
  mutable std::map<std::string, std::size_t, std::less<>> places_;
  mutable std::uint64_t named_at_ = 0;
};

}  // namespace detail

using detail::GraphImpl;

/// What a handle of a graph holds. Throws Error where it was moved from.
GraphImpl& impl_of_graph(std::string_view operation, const std::shared_ptr<GraphImpl>& impl);

/// The graph of a symbolic tensor. Throws Error in `operation`'s name where it is gone.
std::shared_ptr<GraphImpl> graph_of(std::string_view operation, const Tensor& x);

/// What `operation` would give for inputs without values. They lie as what it gives would.
TensorList inferred(const Operation& operation, Inputs inputs);

}  // namespace tapegrad
