// What is written while a function is exported: nodes and the values between them. Rules of
// operations add to it.
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/tensor_impl.hpp"
#include "onnx/proto.hpp"
#include "tapegrad/graph.hpp"
#include "tapegrad/state_dict.hpp"
#include "tapegrad/tensor.hpp"

namespace tapegrad::onnx {

/// Names of values.
using Values = std::vector<std::string>;

/// An operation of a graph, to be said in ONNX.
struct Call {
  std::string_view operation;
  std::vector<Attribute> attributes;
  std::vector<Tensor> inputs;
  std::vector<Tensor> outputs;

  DType dtype() const { return outputs[0].dtype(); }
  const Shape& shape(std::size_t input) const { return inputs[input].shape(); }
  /// The text of an attribute; null if there is none.
  const std::string* find(std::string_view name) const;
  const std::string& text(std::string_view name) const;
  std::int64_t integer(std::string_view name) const;
  double real(std::string_view name) const;
  bool flag(std::string_view name) const { return find(name) != nullptr && text(name) == "true"; }
  proto::Integers integers(std::string_view name) const;
};

class Exporter {
 public:
  explicit Exporter(const StateDict& names);

  /// x is a result of ours under this name, or an input of the model.
  void define(const Tensor& x, std::string name) { values_[x.impl()] = std::move(name); }
  /// Throws Error unless nothing else has the name.
  void take_name(std::string_view what, const std::string& name);
  /// Under a name that was taken for it.
  void add_input(const Tensor& x, const std::string& name);
  /// What `call` gives can be asked for.
  void remember(const Call& call);
  /// Null for what no operation of the function made.
  const Call* maker_of(const Tensor& x) const;
  /// `name` becomes the name of x's value.
  void add_output(const Tensor& x, const std::string& name);
  /// What the nodes to come are called after.
  void begin(std::string scope) { scope_ = std::move(scope); }

  /// x's value: what was defined, or an initializer with what is in x; "" for an undefined one.
  std::string value(const Tensor& x);
  /// The same, converted where it is of another type.
  std::string value(const Tensor& x, DType dtype) { return cast(value(x), x.dtype(), dtype); }
  std::string cast(const std::string& value, DType from, DType to);
  /// Initializers.
  std::string constant(const Tensor& x);
  std::string integers(const proto::Integers& list);
  std::string number(double value, DType dtype);

  /// A node with one result, or several.
  std::string node(std::string_view type, Values inputs,
                   std::vector<proto::Attribute> attributes = {});
  Values nodes(std::string_view type, std::size_t results, Values inputs,
               std::vector<proto::Attribute> attributes = {});

  /// A shape as a value, int64: its unknown sizes are asked of the inputs.
  std::string sizes(const Shape& shape);
  /// x in another shape; unknown sizes may be in both.
  std::string reshaped(const std::string& value, const Shape& to);

  /// Without nodes and tensors that no output needs.
  proto::Model taken() &&;

 private:
  std::string unique(const std::string& name);
  std::string size(std::int64_t size);

  const StateDict& names_;
  proto::Model model_;
  std::string scope_;
  std::set<std::string> taken_;
  std::unordered_map<const TensorImpl*, std::string> values_;
  /// What values_ refers to must not be made anew at the same place.
  std::vector<Tensor> kept_;
  std::map<std::string, std::string, std::less<>> constants_;
  std::vector<Tensor> inputs_;
  std::vector<Call> calls_;
  std::unordered_map<const TensorImpl*, std::size_t> makers_;
};

/// How an operation is said.
using Rule = Values (*)(Exporter&, const Call&);
using Rules = std::map<std::string_view, Rule>;
void add_pointwise_rules(Rules& rules);
void add_choice_rules(Rules& rules);
void add_reduce_rules(Rules& rules);
void add_shape_rules(Rules& rules);
void add_index_rules(Rules& rules);
void add_layer_rules(Rules& rules);
void add_loss_rules(Rules& rules);
void add_sequence_rules(Rules& rules);
void add_window_rules(Rules& rules);

}  // namespace tapegrad::onnx
