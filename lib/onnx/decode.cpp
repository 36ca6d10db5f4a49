// The bytes of a message as a model. What comes from a file may be anything.
#include <protozero/exception.hpp>

#include "onnx/fields.hpp"
#include "onnx/wire.hpp"

namespace tapegrad::onnx::proto {
namespace {

/// The values of all kinds that an attribute may have; its type says which of them is meant.
struct Candidates {
  std::int64_t kind = 0;
  std::int64_t number = 0;
  double real = 0;
  std::string words;
  Integers integers;
  Numbers reals;
  Texts texts;
  Tensor tensor;
};

struct Reader : Wire {
  Attribute attribute_of(pbf_reader in) const;
  Node node_of(pbf_reader in) const;
  void choose(Attribute& result, Candidates of) const;
  Size size_of_dim(pbf_reader in) const;
  void read_type(pbf_reader in, Value& result, std::int64_t& number) const;
  Value value_of(pbf_reader in) const;
  void read_opset(pbf_reader in, Model& model) const;
  void read_graph(pbf_reader in, Model& model) const;
};

Attribute Reader::attribute_of(pbf_reader in) const {
  Attribute result;
  Candidates of;
  while (in.next()) {
    switch (in.tag()) {
      case attribute::name:
        result.name = text(in);
        break;
      case attribute::f:
        of.real = number(in);
        break;
      case attribute::i:
        of.number = integer(in);
        break;
      case attribute::s:
        of.words = text(in);
        break;
      case attribute::t: {
        std::string name;
        of.tensor = tensor_of(message(in), name);
        break;
      }
      case attribute::floats:
        floats(in, of.reals);
        break;
      case attribute::ints:
        integers(in, of.integers);
        break;
      case attribute::strings:
        of.texts.push_back(text(in));
        break;
      case attribute::type:
        of.kind = integer(in);
        break;
      default:
        in.skip();
    }
  }
  choose(result, std::move(of));
  return result;
}

void Reader::choose(Attribute& result, Candidates of) const {
  switch (of.kind) {
    case attribute::is_float:
      result.value = of.real;
      return;
    case attribute::is_int:
      result.value = of.number;
      return;
    case attribute::is_string:
      result.value = std::move(of.words);
      return;
    case attribute::is_ints:
      result.value = std::move(of.integers);
      return;
    case attribute::is_floats:
      result.value = std::move(of.reals);
      return;
    case attribute::is_strings:
      result.value = std::move(of.texts);
      return;
    default:
      if (of.kind != attribute::is_tensor || !of.tensor.defined()) {
        refuse("attribute \"{}\" is of ONNX's kind {}, which isn't supported", result.name,
               of.kind);
      }
      result.value = of.tensor;
  }
}

Node Reader::node_of(pbf_reader in) const {
  Node result;
  while (in.next()) {
    switch (in.tag()) {
      case node::input:
        result.inputs.push_back(text(in));
        break;
      case node::output:
        result.outputs.push_back(text(in));
        break;
      case node::name:
        result.name = text(in);
        break;
      case node::op_type:
        result.type = text(in);
        break;
      case node::attribute:
        result.attributes.push_back(attribute_of(message(in)));
        break;
      case node::domain:
        result.domain = text(in);
        break;
      default:
        in.skip();
    }
  }
  return result;
}

Size Reader::size_of_dim(pbf_reader in) const {
  Size size;
  while (in.next()) {
    if (in.tag() == shape::number && in.wire_type() == pbf_wire_type::varint) {
      size.number = integer(in);
    } else if (in.tag() == shape::param) {
      size.name = text(in);
    } else {
      in.skip();
    }
  }
  return size;
}

/// The type's number is ONNX's.
void Reader::read_type(pbf_reader in, Value& result, std::int64_t& number) const {
  while (in.next()) {
    if (in.tag() != type::tensor) refuse("value \"{}\" is no tensor", result.name);
    pbf_reader described = message(in);
    while (described.next()) {
      if (described.tag() == type::elem_type) {
        number = integer(described);
      } else if (described.tag() == type::shape) {
        result.shape.emplace();
        pbf_reader sizes = message(described);
        while (sizes.next(shape::dim)) result.shape->push_back(size_of_dim(message(sizes)));
      } else {
        described.skip();
      }
    }
  }
}

Value Reader::value_of(pbf_reader in) const {
  Value result;
  std::int64_t number = 0;
  while (in.next()) {
    if (in.tag() == value::name) {
      result.name = text(in);
    } else if (in.tag() == value::type) {
      read_type(message(in), result, number);
    } else {
      in.skip();
    }
  }
  const std::optional<DType> dtype = type_of_number(number);
  if (!dtype) {
    refuse("value \"{}\" is of ONNX's type {}, which isn't supported", result.name, number);
  }
  result.dtype = *dtype;
  if (result.shape && result.shape->size() > max_rank) {
    refuse("value \"{}\" has {} dimensions, and at most {} are supported", result.name,
           result.shape->size(), max_rank);
  }
  return result;
}

void Reader::read_graph(pbf_reader in, Model& model) const {
  while (in.next()) {
    switch (in.tag()) {
      case graph::node:
        model.nodes.push_back(node_of(message(in)));
        break;
      case graph::name:
        model.graph_name = text(in);
        break;
      case graph::initializer: {
        std::string name;
        const Tensor x = tensor_of(message(in), name);
        model.initializers.push_back({name, x});
        break;
      }
      case graph::input:
        model.inputs.push_back(value_of(message(in)));
        break;
      case graph::output:
        model.outputs.push_back(value_of(message(in)));
        break;
      case graph::sparse_initializer:
        refuse("it has sparse tensors, which aren't supported");
      default:
        in.skip();
    }
  }
}

void Reader::read_opset(pbf_reader in, Model& model) const {
  std::string domain;
  std::int64_t version = 0;
  while (in.next()) {
    if (in.tag() == opset::domain) {
      domain = text(in);
    } else if (in.tag() == opset::version) {
      version = integer(in);
    } else {
      in.skip();
    }
  }
  if (domain.empty() || domain == "ai.onnx") {
    model.opset = version;
  } else if (domain != "ai.onnx.ml") {
    refuse("it uses operators of the domain \"{}\", and ONNX's own alone are supported", domain);
  }
}

}  // namespace

Model decoded(std::string_view bytes, const std::string& path) {
  const Reader reader{{path}};
  Model model;
  model.opset = 0;
  bool found = false;
  try {
    pbf_reader in(bytes.data(), bytes.size());
    while (in.next()) {
      if (in.tag() == model::graph) {
        found = true;
        reader.read_graph(reader.message(in), model);
      } else if (in.tag() == model::opset_import) {
        reader.read_opset(reader.message(in), model);
      } else {
        in.skip();
      }
    }
  } catch (const protozero::exception& error) {
    reader.refuse("it is no ONNX model, or cut short ({})", error.what());
  }
  if (!found) reader.refuse("it is no ONNX model: there is no graph in it");
  return model;
}

}  // namespace tapegrad::onnx::proto
