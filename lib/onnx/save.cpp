#include <algorithm>
#include <unordered_map>

#include "autograd/graph_impl.hpp"
#include "core/check.hpp"
#include "io/atomic_file.hpp"
#include "onnx/exporter.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/onnx.hpp"
#include "tapegrad/session.hpp"

namespace tapegrad::onnx {
namespace {

const Rules& rules() {
  static const Rules all = [] {
    Rules rules;
    add_pointwise_rules(rules);
    add_choice_rules(rules);
    add_reduce_rules(rules);
    add_shape_rules(rules);
    add_index_rules(rules);
    add_layer_rules(rules);
    add_loss_rules(rules);
    add_sequence_rules(rules);
    add_window_rules(rules);
    return rules;
  }();
  return all;
}

std::string name_at(const std::vector<std::string>& names, std::size_t i, std::string_view usual) {
  if (i < names.size()) return names[i];
  return i == 0 ? std::string(usual) : fmt::format("{}_{}", usual, i);
}

void check_names(std::string_view what, const std::vector<std::string>& names, std::size_t count) {
  check<Error>(names.empty() || names.size() == count, "onnx: {} names for {} {}", names.size(),
               count, what);
}

/// Which nodes the results need, beside what is fed.
std::vector<bool> needed_for(const GraphImpl& graph, const std::vector<Tensor>& results,
                             const std::vector<Tensor>& fed) {
  std::vector<bool> needed(graph.nodes.size());
  const auto need = [&](const Tensor& x) {
    const bool is_fed = std::ranges::any_of(fed, [&](const Tensor& one) { return one.is_same(x); });
    if (graph.has(x) && !is_fed) needed[graph.makers.at(x.impl()).node] = true;
  };
  std::ranges::for_each(results, need);
  for (std::size_t i = needed.size(); i-- > 0;) {
    if (needed[i]) std::ranges::for_each(graph.nodes[i].inputs, need);
  }
  return needed;
}

void add_node(Exporter& to, const GraphNode& node, const std::string& name) {
  AttributeList attributes;
  std::string_view operation = node.kind;
  if (node.operation) {
    operation = node.operation->name();
    node.operation->attributes(attributes);
  }
  const auto rule = rules().find(operation);
  check<Error>(rule != rules().end(), "onnx: {} ({}) can't be said in ONNX's opset 17 here{}", name,
               operation,
               node.operation && node.operation->has_effect()
                   ? "; if a layer draws numbers only in training, call eval() before"
                   : "");
  to.begin(name);
  const Call call{operation, std::move(attributes).taken(), node.inputs, node.outputs};
  Values values = rule->second(to, call);
  values.resize(node.outputs.size());  // what isn't given has no name
  for (std::size_t i = 0; i < values.size(); ++i) to.define(node.outputs[i], values[i]);
  to.remember(call);
}

void write(const std::string& path, Exporter&& exporter, const ExportOptions& options) {
  proto::Model model = std::move(exporter).taken();
  model.graph_name = options.name;
  io::AtomicFile file("onnx::save", path);
  file.write(std::string_view(proto::encoded(model)));
  file.commit();
}

Tensor tensor_of(const Graph& graph, const Fetch& fetch) {
  check<Error>(!fetch.operation.defined(), "onnx: an operation of graph \"{}\" gives no tensor",
               graph.name());
  return fetch.tensor.defined() ? fetch.tensor : graph.tensor(fetch.name);
}

std::vector<Tensor> tensors_of(const Graph& graph, const std::vector<Fetch>& fetches) {
  std::vector<Tensor> list;
  for (const Fetch& fetch : fetches) list.push_back(tensor_of(graph, fetch));
  return list;
}

/// What a node of a graph is in the file, which isn't an operation there.
void add_source(Exporter& to, const GraphNode& node, const std::string& name,
                const StateDict& variables) {
  const Tensor& x = node.outputs[0];
  check<Error>(node.kind != "placeholder",
               "onnx: placeholder \"{}\" of shape {} is needed, and isn't among what is fed", name,
               x.shape());
  to.begin(name);
  if (node.kind == "constant") return to.define(x, to.constant(node.call({})[0]));
  check<Error>(x.impl()->storage->data != nullptr,
               "onnx: variable \"{}\" of shape {} has no values yet; run the graph's initializer() "
               "first",
               name, x.shape());
  to.define(x, to.value(variables[name]));
}

bool is_source(const GraphNode& node) {
  return node.kind == "placeholder" || node.kind == "variable" || node.kind == "constant";
}

}  // namespace

void save_graph(const std::string& path, const Graph& graph, const std::vector<Fetch>& fetches,
                const std::vector<Fetch>& feeds, ExportOptions options) {
  check<Error>(!fetches.empty(), "onnx: nothing of graph \"{}\" is asked for", graph.name());
  check_names("feeds", options.inputs, feeds.size());
  check_names("results", options.outputs, fetches.size());
  const NoGrad guard;
  const std::vector<Tensor> inputs = tensors_of(graph, feeds), results = tensors_of(graph, fetches);
  const std::shared_ptr<GraphImpl> impl = graph_of("onnx", results[0]);
  const StateDict variables = graph.state_dict();
  for (const auto& [name, x] : variables) options.names.insert(name, x);
  Exporter to(options.names);
  const auto name_of = [&](const std::vector<std::string>& names, std::size_t i, const Tensor& x) {
    const GraphImpl::Place place = impl->place_of("onnx", x);
    if (i < names.size()) return names[i];
    return place.result == 0 ? impl->names()[place.node] : impl->name_of(place);
  };
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const std::string name = name_of(options.inputs, i, inputs[i]);
    to.take_name("input", name);
    to.add_input(inputs[i], name);
  }
  std::vector<std::string> outputs;
  for (std::size_t i = 0; i < results.size(); ++i) {
    outputs.push_back(name_of(options.outputs, i, results[i]));
  }
  const std::vector<bool> needed = needed_for(*impl, results, inputs);
  for (std::size_t i = 0; i < needed.size(); ++i) {
    if (!needed[i]) continue;
    const GraphNode& node = impl->nodes[i];
    const std::string& name = impl->names()[i];
    is_source(node) ? add_source(to, node, name, variables) : add_node(to, node, name);
  }
  for (std::size_t i = 0; i < results.size(); ++i) to.add_output(results[i], outputs[i]);
  write(path, std::move(to), options);
}

void save_function(const std::string& path, const Program::Function& f,
                   const std::vector<Feed>& feeds, const ExportOptions& options) {
  check<Error>(static_cast<bool>(f), "onnx: an empty function");
  check_names("feeds", options.inputs, feeds.size());
  const NoGrad guard;
  Graph graph("onnx");
  Exporter to(options.names);
  std::vector<Tensor> inputs;
  for (std::size_t i = 0; i < feeds.size(); ++i) {
    const std::string name = name_at(options.inputs, i, "input");
    to.take_name("input", name);
    inputs.push_back(graph.placeholder(name, feeds[i].dtype, feeds[i].shape));
    to.add_input(inputs.back(), name);
  }
  const std::vector<Tensor> results = f(inputs);
  check_names("results", options.outputs, results.size());
  check<Error>(!results.empty(), "onnx: the function gives nothing");
  const std::shared_ptr<GraphImpl> impl = inputs.empty() ? nullptr : graph_of("onnx", inputs[0]);
  if (impl) {
    const std::vector<bool> needed = needed_for(*impl, results, {});
    for (std::size_t i = 0; i < needed.size(); ++i) {
      if (needed[i] && impl->nodes[i].kind != "placeholder") {
        add_node(to, impl->nodes[i], impl->names()[i]);
      }
    }
  }
  for (std::size_t i = 0; i < results.size(); ++i) {
    check<Error>(results[i].defined(), "onnx: result {} of the function is undefined", i);
    to.add_output(results[i], name_at(options.outputs, i, "output"));
  }
  write(path, std::move(to), options);
}

}  // namespace tapegrad::onnx
