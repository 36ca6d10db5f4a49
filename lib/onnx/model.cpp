// A model of a file, and running it.
#include <algorithm>
#include <map>
#include <unordered_map>
#include <unordered_set>

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
/// else is captured or built: it tells further sizes.
struct Known {
  Tensor tensor;
  bool of_sizes = false;
};

}  // namespace

struct Model::Impl {
  struct Step {
    proto::Node node;
    Operator run;
  };
  proto::Model file;
  std::vector<Step> steps;
  std::vector<ValueInfo> inputs, outputs;

  /// What sizes with a name are, by the feeds before.
  using Sizes = std::map<std::string, std::int64_t>;
  void check_feed(std::size_t i, const Tensor& feed, Sizes& sizes) const;
  using Values = std::unordered_map<std::string, Known>;
  void run_step(const Step& step, Values& values) const;
};

void Model::Impl::check_feed(std::size_t i, const Tensor& feed, Sizes& sizes) const {
  const ValueInfo& wanted = inputs[i];
  check<DTypeError>(feed.dtype() == wanted.dtype, "onnx: input {} is {}; the model takes {}",
                    wanted.name, feed.dtype(), wanted.dtype);
  for (const proto::Value& value : file.inputs) {
    if (value.name != wanted.name || !value.shape) continue;
    bool fits = feed.shape().size() == wanted.shape.size();
    for (std::size_t d = 0; fits && d < wanted.shape.size(); ++d) {
      fits = wanted.shape[d] < 0 || wanted.shape[d] == feed.shape()[d];
    }
    check<ShapeError>(fits, "onnx: input {} has shape {}; the model takes {}", wanted.name,
                      feed.shape(), wanted.shape);
    for (std::size_t d = 0; d < wanted.shape.size(); ++d) {
      const std::string& name = (*value.shape)[d].name;
      if (name.empty()) continue;
      const auto [known, is_new] = sizes.emplace(name, feed.shape()[d]);
      check<ShapeError>(known->second == feed.shape()[d],
                        "onnx: input {} has shape {}; size \"{}\", which is {} in another input, "
                        "is one in a run",
                        wanted.name, feed.shape(), name, known->second);
    }
  }
}

void Model::Impl::run_step(const Step& step, Values& values) const {
  Tensors given;
  bool of_sizes = step.node.type != "RandomNormal";
  for (const std::string& name : step.node.inputs) {
    const Known known = name.empty() ? Known{{}, true} : values.at(name);
    given.push_back(known.tensor);
    of_sizes = of_sizes && known.of_sizes;
  }
  of_sizes = of_sizes || step.node.type == "Shape" || step.node.type == "Size";
  const ModeGuard guard(of_sizes ? Mode::silent : mode);
  Tensors results;
  const auto label = [&] {
    return fmt::format("{} \"{}\" of the model", step.node.type,
                       step.node.name.empty() ? step.node.outputs.at(0) : step.node.name);
  };
  try {
    const Ask ask{step.node, given, file.opset};
    results = step.run(ask);
    ask.check_all_known();
  } catch (Error& error) {
    error.add_place(fmt::format("in {}", label()));
    throw;
  }
  check<Error>(results.size() >= step.node.outputs.size(), "onnx: {} has {} results", label(),
               step.node.outputs.size());
  for (std::size_t i = 0; i < step.node.outputs.size(); ++i) {
    values[step.node.outputs[i]] = {results[i], of_sizes};
  }
}

std::vector<Tensor> Model::run(const std::vector<Tensor>& feeds) const {
  check_defined("onnx", feeds);
  const Impl& model = *impl_;
  check<Error>(feeds.size() == model.inputs.size(), "onnx: {} feeds for {} inputs", feeds.size(),
               model.inputs.size());
  Impl::Values values;
  for (const auto& [name, x] : model.file.initializers) {
    values[name] = {x, !is_floating(x.dtype())};
  }
  Impl::Sizes sizes;
  for (std::size_t i = 0; i < feeds.size(); ++i) {
    model.check_feed(i, feeds[i], sizes);
    values[model.inputs[i].name] = {feeds[i]};
  }
  for (const Impl::Step& step : model.steps) model.run_step(step, values);
  std::vector<Tensor> results;
  for (const ValueInfo& output : model.outputs) results.push_back(values.at(output.name).tensor);
  return results;
}

void Model::check_only(std::size_t results) {
  check<Error>(results == 1, "onnx: the model has {} results; use run()", results);
}

const std::vector<ValueInfo>& Model::inputs() const { return impl_->inputs; }
const std::vector<ValueInfo>& Model::outputs() const { return impl_->outputs; }

StateDict Model::state_dict() const {
  StateDict state;
  for (const auto& [name, x] : impl_->file.initializers) state.insert(name, x);
  return state;
}

Model load(const std::string& path) {
  auto impl = std::make_shared<Model::Impl>();
  const io::Input bytes = io::map_file("onnx::load", path);
  impl->file = proto::decoded(bytes.text(0, bytes.size), path);
  proto::Model& file = impl->file;
  check<Error>(file.opset >= first_opset && file.opset <= last_opset,
               "onnx::load: {}: it is of opset {}; {} to {} are supported", path, file.opset,
               first_opset, last_opset);
  std::unordered_set<std::string> known;
  for (const auto& [name, x] : file.initializers) {
    check<IoError>(!name.empty() && known.insert(name).second,
                   "onnx::load: {}: there are two tensors \"{}\"", path, name);
  }
  for (const proto::Value& input : file.inputs) {
    // Before opset 9 all tensors of the file were inputs as well.
    if (known.insert(input.name).second) impl->inputs.push_back(info_of(input));
  }
  for (proto::Node& node : file.nodes) {
    const auto found = operators().find(node.type);
    check<Error>(found != operators().end() && (node.domain.empty() || node.domain == "ai.onnx"),
                 "onnx::load: {}: operator {}{}{} (node \"{}\") isn't supported", path, node.domain,
                 node.domain.empty() ? "" : ".", node.type, node.name);
    for (const std::string& name : node.inputs) {
      check<IoError>(name.empty() || known.contains(name),
                     "onnx::load: {}: node \"{}\" reads \"{}\", which nothing before it gives",
                     path, node.name, name);
    }
    for (const std::string& name : node.outputs) known.insert(name);
    impl->steps.push_back({std::move(node), found->second});
  }
  file.nodes.clear();
  for (const proto::Value& output : file.outputs) {
    check<IoError>(known.contains(output.name), "onnx::load: {}: nothing gives output \"{}\"", path,
                   output.name);
    impl->outputs.push_back(info_of(output));
  }
  Model model;
  model.impl_ = std::move(impl);
  return model;
}

}  // namespace tapegrad::onnx
