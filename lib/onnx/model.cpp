// A model of a file, and running it.
#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>

#include "autograd/mode.hpp"
#include "core/check.hpp"
#include "io/input.hpp"
#include "onnx/importer.hpp"
#include "tapegrad/onnx.hpp"

namespace tapegrad::onnx {
namespace {

constexpr std::int64_t first_opset = 6, last_opset = 28;

const Operators& operators() {
  static const Operators all = [] {
    Operators list;
    add_math_operators(list);
    add_activation_operators(list);
    add_reduce_operators(list);
    add_shape_operators(list);
    add_index_operators(list);
    add_layer_operators(list);
    add_sequence_operators(list);
    return list;
  }();
  return all;
}

ValueInfo info_of(const proto::Value& value) {
  Dims sizes;
  if (value.shape) {
    for (const proto::Size& size : *value.shape)
      sizes.push_back(std::max<std::int64_t>(size.number, -1));
  }
  return {value.name, value.dtype, sizes};
}

/// A value of a run. What depends on sizes and constants alone is computed at once, also where all
/// else is captured or built: it tells further sizes. Floating-point tensors of the file are
/// computed with when everything is, as they may be trained, but an operator may read their numbers
/// at once as well.
struct Known {
  Tensor tensor;
  bool of_sizes = false;
  bool fixed = of_sizes;
};

/// Values are numbered when a model is loaded: this one is an argument that isn't given.
constexpr std::size_t not_given = 0;

/// The numbers of names.
class Slots {
 public:
  std::size_t count() const { return slots_.size(); }
  bool has(const std::string& name) const { return slots_.contains(name); }
  std::size_t of(const std::string& name) const { return slots_.at(name); }
  /// A new number, unless it has one.
  std::size_t add(const std::string& name) { return slots_.emplace(name, count()).first->second; }

 private:
  std::unordered_map<std::string, std::size_t> slots_{{"", not_given}};
};

struct Step {
  proto::Node node;
  Operator run;
  std::vector<std::size_t> inputs, outputs;
  /// What nobody reads behind this step.
  std::vector<std::size_t> last = {};
};

/// What sizes with a name are, by the feeds so far.
using Sizes = std::map<std::string, std::int64_t>;

void check_feed(const proto::Value& wanted, const ValueInfo& info, const Tensor& feed,
                Sizes& sizes) {
  check<DTypeError>(feed.dtype() == info.dtype, "onnx: input {} is {}; the model takes {}",
                    info.name, feed.dtype(), info.dtype);
  if (!wanted.shape) return;
  bool fits = feed.shape().size() == info.shape.size();
  for (std::size_t d = 0; fits && d < info.shape.size(); ++d) {
    fits = info.shape[d] < 0 || info.shape[d] == feed.shape()[d];
  }
  check<ShapeError>(fits, "onnx: input {} has shape {}; the model takes {}", info.name,
                    feed.shape(), info.shape);
  for (std::size_t d = 0; d < info.shape.size(); ++d) {
    const std::string& name = (*wanted.shape)[d].name;
    if (name.empty()) continue;
    const auto [known, is_new] = sizes.emplace(name, feed.shape()[d]);
    check<ShapeError>(known->second == feed.shape()[d],
                      "onnx: input {} has shape {}; size \"{}\", which is {} in another input, is "
                      "one in a run",
                      info.name, feed.shape(), name, known->second);
  }
}

void run_step(const Step& step, std::int64_t opset, std::vector<Known>& values) {
  Tensors given;
  bool of_sizes = true;
  std::vector<bool> fixed;
  for (const std::size_t slot : step.inputs) {
    given.push_back(values[slot].tensor);
    fixed.push_back(values[slot].fixed);
    of_sizes = of_sizes && values[slot].of_sizes;
  }
  of_sizes = of_sizes || step.node.type == "Shape" || step.node.type == "Size";
  const ModeGuard guard(of_sizes ? Mode::silent : mode);
  const Ask ask{step.node, given, opset, fixed};
  Tensors results;
  try {
    results = step.run(ask);
    ask.check_all_known();
  } catch (Error& error) {
    error.add_place(fmt::format("in {} of the model", ask.label()));
    throw;
  }
  check<Error>(results.size() >= step.outputs.size(), "onnx: {} has {} results", ask.label(),
               step.outputs.size());
  for (std::size_t i = 0; i < step.outputs.size(); ++i) {
    values[step.outputs[i]] = {results[i], of_sizes};
  }
  for (const std::size_t slot : step.last) values[slot] = {};
}

}  // namespace

struct Model::Impl {
  std::int64_t opset = 0;
  std::vector<NamedTensor> initializers;
  std::vector<proto::Value> wanted;  // of the inputs, as the file says them
  std::vector<ValueInfo> inputs, outputs;
  std::vector<Step> steps;
  Slots slots;

  Impl(proto::Model file, const std::string& path);
  void take_inputs(proto::Model& file, const std::string& path);
  void take_nodes(proto::Model& file, const std::string& path);
  void take_outputs(const proto::Model& file, const std::string& path);
};

Model::Impl::Impl(proto::Model file, const std::string& path) : opset(file.opset) {
  check<Error>(opset >= first_opset && opset <= last_opset,
               "onnx::load: {}: it is of opset {}; {} to {} are supported", path, opset,
               first_opset, last_opset);
  take_inputs(file, path);
  take_nodes(file, path);
  take_outputs(file, path);
}

void Model::Impl::take_inputs(proto::Model& file, const std::string& path) {
  initializers = std::move(file.initializers);
  for (const auto& [name, x] : initializers) {
    check<IoError>(!slots.has(name), "onnx::load: {}: there are two tensors \"{}\"", path, name);
    slots.add(name);
  }
  for (const proto::Value& input : file.inputs) {
    // Before opset 9 all tensors of the file were inputs as well.
    if (slots.has(input.name)) continue;
    slots.add(input.name);
    inputs.push_back(info_of(input));
    wanted.push_back(input);
  }
}

void Model::Impl::take_nodes(proto::Model& file, const std::string& path) {
  for (proto::Node& node : file.nodes) {
    const auto found = operators().find(node.type);
    check<Error>(found != operators().end() && (node.domain.empty() || node.domain == "ai.onnx"),
                 "onnx::load: {}: operator {}{}{} (node \"{}\") isn't supported", path, node.domain,
                 node.domain.empty() ? "" : ".", node.type, node.name);
    std::vector<std::size_t> from, to;
    for (const std::string& name : node.inputs) {
      check<IoError>(slots.has(name),
                     "onnx::load: {}: node \"{}\" reads \"{}\", which nothing before it gives",
                     path, node.name, name);
      from.push_back(slots.of(name));
    }
    // A result without a name is nobody's.
    for (const std::string& name : node.outputs) {
      to.push_back(slots.add(name.empty() ? fmt::format("{} ", slots.count()) : name));
    }
    steps.push_back({std::move(node), found->second, std::move(from), std::move(to)});
  }
}

void Model::Impl::take_outputs(const proto::Model& file, const std::string& path) {
  std::vector<bool> read(slots.count());
  read[not_given] = true;
  for (const proto::Value& output : file.outputs) {
    check<IoError>(!output.name.empty() && slots.has(output.name),
                   "onnx::load: {}: nothing gives output \"{}\"", path, output.name);
    outputs.push_back(info_of(output));
    read[slots.of(output.name)] = true;
  }
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
    for (const auto* list : {&step->inputs, &step->outputs}) {
      for (const std::size_t slot : *list) {
        if (!read[slot]) step->last.push_back(slot);
        read[slot] = true;
      }
    }
  }
}

std::vector<Tensor> Model::run(const std::vector<Tensor>& feeds) const {
  check_defined("onnx", feeds);
  const Impl& model = *impl_;
  check<Error>(feeds.size() == model.inputs.size(), "onnx: {} feeds for {} inputs", feeds.size(),
               model.inputs.size());
  std::vector<Known> values(model.slots.count());
  values[not_given].of_sizes = true;
  for (const auto& [name, x] : model.initializers) {
    values[model.slots.of(name)] = {x, !is_floating(x.dtype()), true};
  }
  Sizes sizes;
  for (std::size_t i = 0; i < feeds.size(); ++i) {
    check_feed(model.wanted[i], model.inputs[i], feeds[i], sizes);
    values[model.slots.of(model.inputs[i].name)] = {feeds[i]};
  }
  for (const Step& step : model.steps) run_step(step, model.opset, values);
  std::vector<Tensor> results;
  for (const ValueInfo& output : model.outputs) {
    results.push_back(values[model.slots.of(output.name)].tensor);
  }
  return results;
}

void Model::check_only(std::size_t results) {
  check<Error>(results == 1, "onnx: the model has {} results; use run()", results);
}

const std::vector<ValueInfo>& Model::inputs() const { return impl_->inputs; }
const std::vector<ValueInfo>& Model::outputs() const { return impl_->outputs; }

StateDict Model::state_dict() const {
  StateDict state;
  for (const auto& [name, x] : impl_->initializers) state.insert(name, x);
  return state;
}

Model load(const std::string& path) {
  const io::Input bytes = io::map_file("onnx::load", path);
  Model model;
  model.impl_ =
      std::make_shared<const Model::Impl>(proto::decoded(bytes.text(0, bytes.size), path), path);
  return model;
}

}  // namespace tapegrad::onnx
