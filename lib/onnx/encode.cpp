// A model as the bytes of its message.
#include <protozero/pbf_writer.hpp>

#include "core/tensor_impl.hpp"
#include "onnx/fields.hpp"
#include "onnx/proto.hpp"

namespace tapegrad::onnx::proto {
namespace {

using protozero::pbf_writer;

constexpr std::int64_t ir_version = 8;  // of opset 17

/// The bytes of a tensor, row by row, in the order that ONNX and this machine have.
std::string_view bytes_of(const Tensor& dense) {
  const TensorImpl& impl = *dense.impl();
  const auto size = static_cast<std::size_t>(dense.numel()) * size_of(impl.dtype);
  return {reinterpret_cast<const char*>(impl.storage->data) +
              static_cast<std::size_t>(impl.layout.offset()) * size_of(impl.dtype),
          size};
}

void write_tensor(pbf_writer out, std::string_view name, const Tensor& x) {
  const Tensor dense = x.detach().contiguous();
  for (const std::int64_t size : dense.shape()) out.add_int64(tensor::dims, size);
  out.add_int32(tensor::data_type, static_cast<std::int32_t>(type_number(dense.dtype())));
  if (!name.empty()) out.add_string(tensor::name, name.data(), name.size());
  const std::string_view bytes = bytes_of(dense);
  out.add_bytes(tensor::raw_data, bytes.data(), bytes.size());
}

struct AttributeWriter {
  pbf_writer& out;

  void operator()(std::int64_t i) const {
    out.add_int64(attribute::i, i);
    out.add_enum(attribute::type, attribute::is_int);
  }
  void operator()(double f) const {
    out.add_float(attribute::f, static_cast<float>(f));
    out.add_enum(attribute::type, attribute::is_float);
  }
  void operator()(const std::string& s) const {
    out.add_bytes(attribute::s, s);
    out.add_enum(attribute::type, attribute::is_string);
  }
  void operator()(const Integers& list) const {
    for (const std::int64_t i : list) out.add_int64(attribute::ints, i);
    out.add_enum(attribute::type, attribute::is_ints);
  }
  void operator()(const Numbers& list) const {
    for (const double f : list) out.add_float(attribute::floats, static_cast<float>(f));
    out.add_enum(attribute::type, attribute::is_floats);
  }
  void operator()(const Texts& list) const {
    for (const std::string& s : list) out.add_bytes(attribute::strings, s);
    out.add_enum(attribute::type, attribute::is_strings);
  }
  void operator()(const Tensor& t) const {
    write_tensor(pbf_writer(out, attribute::t), "", t);
    out.add_enum(attribute::type, attribute::is_tensor);
  }
};

void write_node(pbf_writer out, const Node& node) {
  for (const std::string& name : node.inputs) out.add_string(node::input, name);
  for (const std::string& name : node.outputs) out.add_string(node::output, name);
  out.add_string(node::name, node.name);
  out.add_string(node::op_type, node.type);
  for (const Attribute& one : node.attributes) {
    pbf_writer entry(out, node::attribute);
    entry.add_string(attribute::name, one.name);
    std::visit(AttributeWriter{entry}, one.value);
  }
  if (!node.domain.empty()) out.add_string(node::domain, node.domain);
}

void write_value(pbf_writer out, const Value& x) {
  out.add_string(value::name, x.name);
  pbf_writer kind(out, value::type);
  pbf_writer described(kind, type::tensor);
  described.add_int32(type::elem_type, static_cast<std::int32_t>(type_number(x.dtype)));
  if (!x.shape) return;
  // As texts, because a writer leaves out a message with nothing in it: a size that isn't known,
  // and the shape of a number.
  std::string sizes;
  pbf_writer list(sizes);
  for (const Size& size : *x.shape) {
    std::string one;
    pbf_writer dim(one);
    if (!size.name.empty()) {
      dim.add_string(shape::param, size.name);
    } else if (size.number >= 0) {
      dim.add_int64(shape::number, size.number);
    }
    list.add_message(shape::dim, one);
  }
  described.add_message(type::shape, sizes);
}

}  // namespace

std::string encoded(const Model& model) {
  std::string bytes;
  pbf_writer out(bytes);
  out.add_int64(model::ir_version, ir_version);
  out.add_string(model::producer_name, "tapegrad");
  {
    pbf_writer entry(out, model::opset_import);
    entry.add_string(opset::domain, "");
    entry.add_int64(opset::version, model.opset);
  }
  pbf_writer graph(out, model::graph);
  for (const Node& node : model.nodes) write_node(pbf_writer(graph, graph::node), node);
  graph.add_string(graph::name, model.graph_name);
  for (const auto& [name, x] : model.initializers) {
    write_tensor(pbf_writer(graph, graph::initializer), name, x);
  }
  for (const Value& x : model.inputs) write_value(pbf_writer(graph, graph::input), x);
  for (const Value& x : model.outputs) write_value(pbf_writer(graph, graph::output), x);
  return bytes;
}

std::int64_t type_number(DType dtype) {
  switch (dtype) {
    case DType::float32:
      return 1;
    case DType::uint8:
      return 2;
    case DType::int8:
      return 3;
    case DType::int16:
      return 5;
    case DType::int32:
      return 6;
    case DType::int64:
      return 7;
    case DType::boolean:
      return 9;
    case DType::float16:
      return 10;
    case DType::float64:
      return 11;
    case DType::bfloat16:
      return 16;
  }
  return 0;
}

std::optional<DType> type_of_number(std::int64_t number) {
  for (const DType dtype :
       {float32, uint8, int8, int16, int32, int64, boolean, float16, float64, bfloat16}) {
    if (type_number(dtype) == number) return dtype;
  }
  return {};
}

}  // namespace tapegrad::onnx::proto
