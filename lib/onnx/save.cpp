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
    add_sequence_rules(rules);
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

/// Which nodes the results need.
std::vector<bool> needed_for(const GraphImpl& graph, const std::vector<Tensor>& results) {
  std::vector<bool> needed(graph.nodes.size());
  const auto need = [&](const Tensor& x) {
    if (graph.has(x)) needed[graph.makers.at(x.impl()).node] = true;
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

}  // namespace

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
    const std::vector<bool> needed = needed_for(*impl, results);
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
  proto::Model model = std::move(to).taken();
  model.graph_name = options.name;
  io::AtomicFile file("onnx::save", path);
  file.write(std::string_view(proto::encoded(model)));
  file.commit();
}

}  // namespace tapegrad::onnx
