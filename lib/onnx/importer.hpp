// How ONNX's operators are run: each by a function of the node and its inputs.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/check.hpp"
#include "onnx/proto.hpp"
#include "tapegrad/tensor.hpp"

namespace tapegrad::onnx {

using Tensors = std::vector<Tensor>;

/// A node that is run.
struct Ask {
  const proto::Node& node;
  const Tensors& inputs;
  std::int64_t opset;
  /// Which inputs come of the file and of sizes alone: they are the same in all runs of a program.
  const std::vector<bool>& fixed;
  /// The attributes that were asked for.
  mutable std::vector<std::string_view> known = {};

  /// Whether there is such an input.
  bool has(std::size_t input) const { return input < inputs.size() && inputs[input].defined(); }
  const Tensor& x(std::size_t input = 0) const;
  /// An undefined tensor for one that isn't there.
  Tensor maybe(std::size_t input) const { return has(input) ? inputs[input] : Tensor(); }
  /// The only element of an input.
  Scalar scalar(std::size_t input) const;
  /// The numbers of an input that tells sizes, dimensions or places.
  proto::Integers told(std::size_t input) const;

  const proto::Attribute* find(std::string_view name) const;
  std::int64_t integer(std::string_view name, std::int64_t usual) const;
  double number(std::string_view name, double usual) const;
  std::string text(std::string_view name, std::string_view usual) const;
  proto::Integers integers(std::string_view name, proto::Integers usual = {}) const;
  proto::Texts texts(std::string_view name) const;
  /// A list that was an attribute until an opset, and has been an input since.
  proto::Integers integers_or_input(std::string_view name, std::size_t input) const;
  /// Of inputs[0], from the end where negative.
  std::int64_t axis(std::int64_t usual, std::string_view name = "axis") const;
  std::int64_t dim() const { return x().dim(); }
  /// Refuses a node with an attribute that nobody has asked for: it would mean something.
  void check_all_known() const;
  /// The node as errors name it.
  std::string label() const;
  [[noreturn]] void refuse(std::string_view what) const;

 private:
  template <class T>
  const T* value(std::string_view name) const;
  /// What `f` reads of an input: in a capture, too, where that is fixed.
  template <class F>
  auto read(std::size_t input, F f) const;
};

using Operator = Tensors (*)(const Ask&);
using Operators = std::map<std::string_view, Operator>;
void add_math_operators(Operators& all);
void add_activation_operators(Operators& all);
void add_reduce_operators(Operators& all);
void add_shape_operators(Operators& all);
void add_index_operators(Operators& all);
void add_layer_operators(Operators& all);
void add_sequence_operators(Operators& all);

}  // namespace tapegrad::onnx
