// ONNX's messages, as much of them as is read and written here. Source: onnx/onnx.proto of ONNX
// 1.14 (Apache-2.0), https://github.com/onnx/onnx.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "tapegrad/shape.hpp"
#include "tapegrad/state_dict.hpp"
#include "tapegrad/tensor.hpp"

namespace tapegrad::onnx::proto {

using Integers = std::vector<std::int64_t>;
using Numbers = std::vector<double>;
using Texts = std::vector<std::string>;

struct Attribute {
  std::string name;
  std::variant<std::int64_t, double, std::string, Integers, Numbers, Texts, Tensor> value;
};

struct Node {
  /// "Conv", in `domain`, where "" is ONNX's own.
  std::string type;
  std::string name;
  /// Values by name; an empty name is an argument that isn't given.
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;
  std::vector<Attribute> attributes = {};
  std::string domain = {};
};

/// A size: a number, a name that stands for one, or neither.
struct Size {
  std::int64_t number = -1;
  std::string name = {};
};

struct Value {
  std::string name;
  DType dtype = float32;
  /// Nothing where not even the rank is known.
  std::optional<std::vector<Size>> shape = {};
};

struct Model {
  std::int64_t opset = 17;
  std::string graph_name;
  std::vector<Node> nodes;
  std::vector<NamedTensor> initializers;
  std::vector<Value> inputs;
  std::vector<Value> outputs;
};

std::string encoded(const Model& model);
/// Throws IoError, in the name of what is read, for bytes that aren't such a message, and for what
/// isn't supported: graphs in attributes, tensors in other files, sparse ones, other types.
Model decoded(std::string_view bytes, const std::string& path);

/// TensorProto.DataType.
std::int64_t type_number(DType dtype);
/// Nothing for types that this library doesn't have.
std::optional<DType> type_of_number(std::int64_t number);

}  // namespace tapegrad::onnx::proto
