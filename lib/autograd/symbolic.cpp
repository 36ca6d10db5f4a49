#include "autograd/symbolic.hpp"

#include <algorithm>
#include <mutex>

#include "autograd/apply.hpp"
#include "autograd/graph_impl.hpp"
#include "core/check.hpp"
#include "core/computed_with.hpp"
#include "core/sizes.hpp"
#include "core/unknown.hpp"
#include "tapegrad/autograd.hpp"

namespace tapegrad {
namespace {

/// All graphs that there are.
struct Registry {
  std::mutex mutex;
  std::uint32_t last = 0;
  std::map<std::uint32_t, GraphImpl*> graphs = {};
};
/// Never destroyed: graphs may end after all else.
Registry& registry() {
  static Registry& all = *new Registry;
  return all;
}

std::shared_ptr<GraphImpl> graph_numbered(std::uint32_t number) {
  Registry& all = registry();
  const std::lock_guard guard(all.mutex);
  const auto found = all.graphs.find(number);
  return found == all.graphs.end() ? nullptr : found->second->weak_from_this().lock();
}

/// Of those that this thread builds.
std::shared_ptr<GraphImpl> newest_graph() {
  Registry& all = registry();
  const std::lock_guard guard(all.mutex);
  for (auto one = all.graphs.rbegin(); one != all.graphs.rend(); ++one) {
    if (one->second->counted_in == &graphs_here) return one->second->weak_from_this().lock();
  }
  return nullptr;
}

/// What of an operation comes of an unknown size.
struct Unknowns {
  /// A size that it was told, which a run replaces; and one that a run can't make anew.
  bool size = false;
  std::optional<Attribute> wrong = std::nullopt;

  explicit Unknowns(const Operation& operation) {
    const auto look = [&](std::int64_t told) {
      size = size || is_unknown(told);
      if (!is_unknown(told) && comes_of_unknown(static_cast<double>(told))) {
        wrong = {"a size", fmt::format("{}", told)};
      }
      return std::int64_t{0};
    };
    const auto without_sizes = operation.resized(look);
    AttributeList others;
    (without_sizes ? *without_sizes : operation).attributes(others);
    if (others.of_unknown()) wrong = *others.of_unknown();
  }
};

/// The graph of the inputs, which is one.
std::shared_ptr<GraphImpl> graph_of_all(std::string_view operation, Inputs inputs) {
  std::shared_ptr<GraphImpl> graph;
  for (const Tensor* x : inputs) {
    if (!is_symbolic(*x)) continue;
    const std::shared_ptr<GraphImpl> its = graph_of(operation, *x);
    check<Error>(!graph || graph == its,
                 "{}: tensors of two graphs meet: {} of \"{}\" and others of \"{}\"", operation,
                 x->name(), its->name, graph ? graph->name : "");
    graph = its;
  }
  if (graph) return graph;
  return adopting_graph != no_graph ? graph_numbered(adopting_graph) : newest_graph();
}

}  // namespace

GraphImpl::GraphImpl(std::string_view called) : name(called) {
  Registry& all = registry();
  const std::lock_guard guard(all.mutex);
  number = ++all.last | graph_stamp;
  all.graphs.emplace(number, this);
  if (graphs_here++ == 0) set_watched(true);
}

GraphImpl::~GraphImpl() {
  Registry& all = registry();
  const std::lock_guard guard(all.mutex);
  all.graphs.erase(number);
  // Where it ends in another thread than that which built it, that one stays watchful.
  if (counted_in != &graphs_here || graphs_here == 0) return;
  if (--graphs_here == 0) set_watched(is_anomaly_enabled());
}

Tensor GraphImpl::symbolic(DType dtype, const Layout& layout) const {
  const std::size_t bytes = checked_bytes("graph", layout.numel(), dtype);
  Tensor x = make_tensor(dtype, make_foreign_storage(nullptr, bytes), layout);
  x.impl()->storage->capture = number;
  return x;
}

std::size_t GraphImpl::add(GraphNode node) {
  const std::size_t place = nodes.size();
  for (std::size_t i = 0; i < node.outputs.size(); ++i) {
    makers.emplace(node.outputs[i].impl(), Place{place, i});
  }
  nodes.push_back(std::move(node));
  ++changes;
  return place;
}

void GraphImpl::differentiate(const Tensor& x) {
  std::vector<bool> below(nodes.size());
  below[makers.at(x.impl()).node] = true;
  for (std::size_t i = nodes.size(); i-- > 0;) {
    if (!below[i]) continue;
    if (nodes[i].differentiated) *nodes[i].differentiated = true;
    for (const Tensor& input : nodes[i].inputs) {
      if (has(input)) below[makers.at(input.impl()).node] = true;
    }
  }
}

Tensor GraphImpl::add_source(std::string_view kind, Tensor x, std::string_view label) {
  const Tensor named = x.named(label);
  add({.kind = std::string(kind), .outputs = {named}});
  return named;
}

GraphOperation GraphImpl::add_action(GraphNode node) { return action_at(add(std::move(node))); }

GraphOperation GraphImpl::action_at(std::size_t node) {
  GraphOperation action;
  action.graph_ = shared_from_this();
  action.node_ = node;
  return action;
}

GraphImpl::Place GraphImpl::place_of(std::string_view operation, const Tensor& x) const {
  check_defined(operation, x);
  const auto found = makers.find(x.impl());
  if (found != makers.end()) return found->second;
  check<Error>(is_symbolic(x),
               "{}: a tensor of shape {} has values, and belongs to no graph; \"{}\" was asked",
               operation, x.shape(), name);
  fail<Error>("{}: {} belongs to graph \"{}\", and graph \"{}\" was asked", operation, x.name(),
              graph_of(operation, x)->name, name);
}

std::shared_ptr<GraphImpl> graph_of(std::string_view operation, const Tensor& x) {
  check_defined(operation, x);
  std::shared_ptr<GraphImpl> graph = graph_numbered(impl_of(x).storage->capture);
  check<Error>(graph != nullptr, "{}: a tensor of shape {} belongs to {}", operation, x.shape(),
               is_symbolic(x) ? "a graph that is gone" : "no graph");
  return graph;
}

bool is_deferred(const Operation& operation, Inputs inputs) {
  if (graphs_here == 0) return false;
  if (std::ranges::any_of(inputs, [](const Tensor* x) { return is_symbolic(*x); })) return true;
  if (adopting_graph != no_graph) return true;
  if (unknown_dims.load(std::memory_order_relaxed) == 0) return false;
  const Unknowns unknowns(operation);
  return unknowns.size || unknowns.wrong;
}

std::vector<Tensor> deferred(const Operation& operation, Inputs inputs) {
  const std::string_view name = operation.name();
  const std::shared_ptr<GraphImpl> graph = graph_of_all(name, inputs);
  check<Error>(graph != nullptr, "{}: {} belongs to a graph that is gone", name,
               "a size that isn't known");
  if (const auto& wrong = Unknowns(operation).wrong) {
    fail<Error>(
        "{}: {} is {}, which was computed from a size that isn't known before the graph runs; let "
        "operations do that, as mean() does",
        name, wrong->name, wrong->value);
  }
  AttributeList list;
  operation.attributes(list);
  GraphNode node{.kind = std::string(name), .operation = operation.copy(), .recorded = recording()};
  for (const Tensor* x : inputs) node.inputs.push_back(*x);
  for (const Tensor& y : inferred(operation, inputs)) {
    node.outputs.push_back(graph->symbolic(y.dtype(), impl_of(y).layout));
  }
  node.attributes = std::move(list).taken();
  TensorList results = node.outputs;
  graph->add(std::move(node));
  return results;
}

Tensor deferred_detach(const Tensor& x) {
  const std::shared_ptr<GraphImpl> graph = graph_of("detach", x);
  Tensor y = graph->symbolic(x.dtype(), impl_of(x).layout);
  graph->add({.kind = "detach",
              .call = [](const TensorList& inputs) { return TensorList{inputs[0].detach()}; },
              .inputs = {x},
              .outputs = {y}});
  return y;
}

void refuse_symbolic(std::string_view operation, const Tensor& x, std::string_view instead) {
  if (!is_symbolic(x)) return;
  fail<Error>("{}: {} of shape {} belongs to a graph; {}", operation, x.name(), x.shape(), instead);
}

void refuse_symbolic_write(std::string_view operation, const Tensor& x) {
  if (is_symbolic(x) && !x.impl()->storage->data) {
    refuse_symbolic(operation, x,
                    "its operations give new tensors: call the one without \"_\", or assign() to a "
                    "variable");
  }
}

}  // namespace tapegrad
