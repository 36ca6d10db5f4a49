// Building graphs: placeholders, constants, variables and what acts on these.
#include <algorithm>
#include <utility>

#include "autograd/graph_impl.hpp"
#include "core/check.hpp"
#include "core/unknown.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/session.hpp"

namespace tapegrad {
namespace {

const GraphImpl::Variable& variable_of(std::string_view operation, const GraphImpl& graph,
                                       const Tensor& x) {
  graph.place_of(operation, x);
  const auto found = std::ranges::find_if(
      graph.variables, [&](const GraphImpl::Variable& one) { return one.tensor.is_same(x); });
  check<Error>(found != graph.variables.end(), "{}: {} is no variable of graph \"{}\"", operation,
               x.name(), graph.name);
  return *found;
}

/// Gives it memory, if it has none yet, and these values.
void set_values(const GraphImpl::Variable& variable, const Tensor& values) {
  Storage& storage = *variable.tensor.impl()->storage;
  if (!storage.data) {
    const Ptr<Storage> memory = make_storage(storage.bytes);
    storage.data = memory->data;
    give(storage, [memory](void*) {});
  }
  const NoGrad guard;
  Tensor elements = variable.tensor;
  elements.copy_(values);
}

/// Its memory as a tensor that belongs to no graph; what it begins with, where it has none yet.
Tensor values_of(const GraphImpl::Variable& variable) {
  const TensorImpl& impl = *variable.tensor.impl();
  if (!impl.storage->data) return variable.initial.clone();
  const Ptr<Storage> memory = make_foreign_storage(impl.storage->data, impl.storage->bytes);
  give(*memory, [kept = impl.storage](void*) {});
  return make_tensor(impl.dtype, memory, impl.layout);
}

}  // namespace

GraphImpl& impl_of_graph(std::string_view operation, const std::shared_ptr<GraphImpl>& impl) {
  check<Error>(impl != nullptr, "{}: this graph was moved from", operation);
  return *impl;
}

std::string GraphOperation::name() const {
  check<Error>(defined(), "name: an undefined operation of no graph, made by GraphOperation()");
  return graph_->names()[node_];
}

Graph::Graph(std::string_view name) : impl_(std::make_shared<GraphImpl>(name)) {}
Graph::Graph(Graph&& other) noexcept = default;
Graph& Graph::operator=(Graph&& other) noexcept = default;
Graph::~Graph() = default;

const std::string& Graph::name() const { return impl_of_graph("name", impl_).name; }

Tensor Graph::placeholder(std::string_view name, DType dtype, const Shape& shape) {
  GraphImpl& graph = impl_of_graph("placeholder", impl_);
  check_dtype("placeholder", dtype);
  Shape extents = shape;
  for (std::size_t d = 0; d < shape.size(); ++d) {
    check<ShapeError>(shape[d] >= unknown, "placeholder: negative size in {}; unknown is {}", shape,
                      unknown);
    if (shape[d] != unknown) continue;
    extents[d] = stand_ins[d];
    unknown_dims.fetch_or(1u << d, std::memory_order_relaxed);
  }
  return graph.add_source("placeholder", graph.symbolic(dtype, Layout(extents)), name);
}

Tensor Graph::constant(const Tensor& value, std::string_view name) {
  GraphImpl& graph = impl_of_graph("constant", impl_);
  check_defined("constant", value, name);
  check<Error>(!is_symbolic(value), "constant: {} has no values; use it as it is", value.name());
  const Tensor kept = value.detach().clone();
  Tensor x = graph.symbolic(kept.dtype(), impl_of(kept).layout).named(name);
  graph.add({.kind = "constant",
             .call = [kept](const TensorList&) { return TensorList{kept}; },
             .outputs = {x}});
  return x;
}

Tensor Graph::constant(Scalar value, std::string_view name) {
  return constant(full({}, value), name);
}

Tensor Graph::variable(std::string_view name, const Tensor& initial,
                       const VariableOptions& options) {
  GraphImpl& graph = impl_of_graph("variable", impl_);
  check_defined("variable", name, initial, options);
  check<Error>(!is_symbolic(initial),
               "variable: its first values are {}, which has none before a run; give it computed "
               "ones",
               initial.name());
  Tensor x = graph.symbolic(initial.dtype(), Layout(initial.shape()));
  if (options.trainable) {
    check<DTypeError>(is_floating(x.dtype()),
                      "variable: only floating-point tensors have derivatives, \"{}\" is {}; say "
                      "{{.trainable = false}}",
                      name, x.dtype());
    x.impl()->node = Ptr<Node>(new LeafNode(x.dtype(), x.shape()));
  }
  x = graph.add_source("variable", x, name);
  graph.variables.push_back({x, initial.detach().clone()});
  return x;
}

GraphOperation Graph::initializer() {
  GraphImpl& graph = impl_of_graph("initializer", impl_);
  const auto known = std::ranges::find(graph.nodes, "initializer", &GraphNode::kind);
  if (known != graph.nodes.end()) {
    return graph.action_at(static_cast<std::size_t>(known - graph.nodes.begin()));
  }
  return graph.add_action({.kind = "initializer", .before = [&graph] {
                             for (const auto& variable : graph.variables) {
                               set_values(variable, variable.initial);
                             }
                           }});
}

GraphOperation Graph::assign(const Tensor& variable, const Tensor& value) {
  GraphImpl& graph = impl_of_graph("assign", impl_);
  check_defined("assign", variable, value);
  const Tensor x = variable_of("assign", graph, variable).tensor;
  if (is_symbolic(value)) graph.place_of("assign", value);
  check<ShapeError>(x.shape() == value.shape(), "assign: shape {} to {} of shape {}", value.shape(),
                    x.name(), x.shape());
  check<DTypeError>(x.dtype() == value.dtype(), "assign: {} to {} of {}; convert it first",
                    value.dtype(), x.name(), x.dtype());
  return graph.add_action({.kind = "assign",
                           .call =
                               [](const TensorList& inputs) {
                                 const NoGrad guard;
                                 Tensor elements = inputs[0].detach();
                                 elements.copy_(inputs[1]);
                                 return TensorList{};
                               },
                           .inputs = {x, value}});
}

std::vector<Tensor> Graph::gradients(const Tensor& y, const std::vector<Tensor>& variables) {
  GraphImpl& graph = impl_of_graph("gradients", impl_);
  check_defined("gradients", y, variables);
  graph.place_of("gradients", y);
  graph.differentiate(y);
  const auto differentiated = std::make_shared<bool>(false);
  GraphNode node{.kind = "gradients", .inputs = {y}, .differentiated = differentiated};
  for (const Tensor& x : variables) {
    if (is_symbolic(x)) graph.place_of("gradients", x);
    check<AutogradError>(x.requires_grad(), "gradients: {} of shape {} doesn't require grad",
                         x.name(), x.shape());
    node.inputs.push_back(x);
    node.outputs.push_back(graph.symbolic(x.dtype(), impl_of(x).layout));
  }
  node.call = [differentiated](const TensorList& inputs) {
    const TensorList x(inputs.begin() + 1, inputs.end());
    TensorList all =
        grad({inputs[0].sum()}, x,
             {.create_graph = *differentiated, .retain_graph = true, .allow_unused = true});
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (!all[i].defined()) all[i] = zeros_like(x[i]);
    }
    return all;
  };
  TensorList results = node.outputs;
  graph.add(std::move(node));
  return results;
}

StateDict Graph::state_dict() const {
  const GraphImpl& graph = impl_of_graph("state_dict", impl_);
  StateDict all;
  for (const GraphImpl::Variable& one : graph.variables) {
    all.insert(graph.names()[graph.place_of("state_dict", one.tensor).node], values_of(one));
  }
  return all;
}

void Graph::load_state_dict(const StateDict& state) {
  const GraphImpl& graph = impl_of_graph("load_state_dict", impl_);
  std::vector<Tensor> values;
  for (const GraphImpl::Variable& one : graph.variables) {
    const std::string& name = graph.names()[graph.place_of("load_state_dict", one.tensor).node];
    const Tensor* found = state.find(name);
    check<Error>(found != nullptr, "load_state_dict: the state has no \"{}\", of graph \"{}\"",
                 name, graph.name);
    check<ShapeError>(found->shape() == one.tensor.shape(),
                      "load_state_dict: \"{}\" has shape {}, and the variable has {}", name,
                      found->shape(), one.tensor.shape());
    check<DTypeError>(found->dtype() == one.tensor.dtype(),
                      "load_state_dict: \"{}\" is {}, and the variable is {}", name, found->dtype(),
                      one.tensor.dtype());
    values.push_back(*found);
  }
  check<Error>(state.size() == values.size(),
               "load_state_dict: the state has {} tensors, and graph \"{}\" {} variables",
               state.size(), graph.name, values.size());
  for (std::size_t i = 0; i < values.size(); ++i) set_values(graph.variables[i], values[i]);
}

std::vector<Tensor> Graph::trainable_variables() const {
  std::vector<Tensor> list;
  for (const GraphImpl::Variable& one : impl_of_graph("trainable_variables", impl_).variables) {
    if (one.tensor.requires_grad()) list.push_back(one.tensor);
  }
  return list;
}

Tensor Graph::tensor(std::string_view name) const {
  const GraphImpl& graph = impl_of_graph("tensor", impl_);
  const auto place = graph.find(name);
  check<Error>(place.has_value(), "tensor: graph \"{}\" has no tensor \"{}\"", graph.name, name);
  return graph.at(*place);
}

void collect(std::string_view collection, std::string_view name, const Tensor& x) {
  check_defined("collect", collection, name, x);
  const std::shared_ptr<GraphImpl> graph = graph_of("collect", x);
  graph->place_of("collect", x);
  graph->collections[std::string(collection)].push_back({std::string(name), x});
}

std::vector<NamedTensor> Graph::collection(std::string_view name) const {
  const GraphImpl& graph = impl_of_graph("collection", impl_);
  const auto found = graph.collections.find(name);
  return found == graph.collections.end() ? std::vector<NamedTensor>() : found->second;
}

void detail::OnTape::set_shape(const Shape& shape) const {
  check_defined_self("set_shape", self());
  TensorImpl& x = *impl();
  Shape fixed = x.layout.shape();
  check<ShapeError>(shape.size() == fixed.size(),
                    "set_shape: {} has shape {}, and can't get the rank of {}; reshape() gives "
                    "another tensor",
                    name(), fixed, shape);
  for (std::size_t d = 0; d < shape.size(); ++d) {
    const bool is_open = is_symbolic(self()) && is_unknown(fixed[d]);
    check<ShapeError>(shape[d] == fixed[d] || (is_open && shape[d] >= 0) || shape[d] == unknown,
                      "set_shape: {} has shape {}, and what is known of it stays; not {}", name(),
                      fixed, shape);
    if (is_open && shape[d] != unknown) fixed[d] = shape[d];
  }
  if (fixed == x.layout.shape()) return;
  check<ShapeError>(is_contiguous(), "set_shape: {} of shape {} is a view; set that of its base",
                    name(), shape);
  x.layout = Layout(fixed);
  const std::shared_ptr<GraphImpl> graph = graph_of("set_shape", self());
  graph->nodes[graph->place_of("set_shape", self()).node].fixed = true;
  ++graph->shapes_fixed;
}

Graph& default_graph() {
  static thread_local Graph graph("default");
  return graph;
}

GraphOperation detail::act_on(std::string_view name, const Tensor& x,
                              std::function<void(const Tensor&)> f) {
  check_defined(name, name, x);
  const std::shared_ptr<GraphImpl> graph = graph_of(name, x);
  graph->place_of(name, x);
  graph->differentiate(x);
  return graph->add_action({.kind = std::string(name),
                            .call =
                                [f = std::move(f)](const TensorList& inputs) {
                                  f(inputs[0]);
                                  return TensorList{};
                                },
                            .inputs = {x}});
}

GraphOperation detail::keep_with(const GraphOperation& operation,
                                 std::shared_ptr<const void> kept) {
  operation.graph_->kept.push_back(std::move(kept));
  return operation;
}

}  // namespace tapegrad
