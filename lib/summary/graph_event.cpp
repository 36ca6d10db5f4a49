// Field numbers are those of tensorflow/core/framework/graph.proto, node_def.proto,
// attr_value.proto, tensor_shape.proto and types.proto.
#include "summary/graph_event.hpp"

#include <algorithm>
#include <map>
#include <protozero/pbf_writer.hpp>
#include <set>
#include <string>
#include <string_view>

#include "core/check.hpp"
#include "summary/utf8.hpp"

namespace tapegrad::summary {
namespace {

using protozero::pbf_writer;

namespace graph {
constexpr unsigned node = 1, versions = 4;
}
namespace node {
constexpr unsigned name = 1, op = 2, input = 3, attr = 5;
}
namespace attr_value {
constexpr unsigned list = 1, text = 2, type = 6;
constexpr unsigned list_shape = 7;
}

int tensorflow_type(DType dtype) {
  switch (dtype) {
    case DType::float32:
      return 1;
    case DType::float64:
      return 2;
    case DType::int32:
      return 3;
    case DType::uint8:
      return 4;
    case DType::int16:
      return 5;
    case DType::int8:
      return 6;
    case DType::int64:
      return 9;
    case DType::boolean:
      return 10;
    case DType::bfloat16:
      return 14;
    case DType::float16:
      return 19;
  }
  return 0;
}

/// An entry of the map from attributes' names to their values.
template <class F>
void add_attribute(pbf_writer& out, std::string_view name, F&& fill) {
  pbf_writer entry(out, node::attr);
  entry.add_string(1, name.data(), name.size());
  pbf_writer value(entry, 2);
  fill(value);
}

/// The name of a record's node: what several results of one operation share.
std::string node_name(const TapeRecord& record) {
  const std::string number = record.result ? fmt::format(":{}", *record.result) : "";
  return record.name.substr(
      0, record.name.size() - (record.name.ends_with(number) ? number.size() : 0));
}

/// The shapes of a node's results by their number.
using Results = std::map<std::size_t, Shape>;

/// As bytes, because a nested pbf_writer would leave out the shape of a scalar, which is empty.
/// A result that isn't in the list has an unknown rank.
void add_shape(pbf_writer& list, const Results& results, std::size_t number) {
  std::string bytes;
  pbf_writer message(bytes);
  const auto found = results.find(number);
  if (found == results.end()) {
    message.add_bool(3, true);
    list.add_message(attr_value::list_shape, bytes);
    return;
  }
  const Shape& shape = found->second;
  for (const std::int64_t size : shape) {
    pbf_writer dim(message, 2);
    dim.add_int64(1, size);
  }
  list.add_message(attr_value::list_shape, bytes);
}

void add_node(pbf_writer& out, const TapeRecord& record, const std::vector<TapeRecord>& records,
              const Results& results) {
  pbf_writer message(out, graph::node);
  message.add_string(node::name, node_name(record));
  message.add_string(node::op, record.operation);
  for (const std::optional<std::size_t>& input : record.inputs) {
    if (input) message.add_string(node::input, records[*input].name);
  }
  // As TensorFlow calls it: "dtype" of what stands for a value, "T" of what computes.
  add_attribute(message, record.is_source() ? "dtype" : "T", [&](pbf_writer& value) {
    value.add_enum(attr_value::type, tensorflow_type(record.dtype));
  });
  add_attribute(message, "_output_shapes", [&](pbf_writer& value) {
    pbf_writer list(value, attr_value::list);
    for (std::size_t i = 0; i <= results.rbegin()->first; ++i) add_shape(list, results, i);
  });
  for (const Attribute& attribute : record.attributes) {
    add_attribute(message, attribute.name,
                  [&](pbf_writer& value) { value.add_string(attr_value::text, attribute.value); });
  }
}

void check_list(const std::vector<TapeRecord>& records) {
  std::set<std::string_view> names;
  for (const TapeRecord& record : records) {
    check<Error>(!record.name.empty() && names.insert(record.name).second,
                 "add_graph: \"{}\" is the name of two records, or none; names must be unique",
                 record.name);
    check_name("add_graph", "name", record.name);
    check_name("add_graph", "operation", record.operation);
    for (const Attribute& attribute : record.attributes) {
      check_utf8("add_graph", "attribute", attribute.name);
    }
    check_dtype("add_graph", record.dtype);
    check<Error>(
        std::ranges::all_of(record.shape, [](std::int64_t size) { return size >= -1; }),
        "add_graph: \"{}\" has the shape {}; sizes are 0 or more, or -1 where they aren't known",
        record.name, record.shape);
    for (const std::optional<std::size_t>& input : record.inputs) {
      check<Error>(!input || *input < records.size(),
                   "add_graph: \"{}\" has an input at {}, but there are {} records", record.name,
                   input.value_or(0), records.size());
    }
  }
}

}  // namespace

std::string graph_event(const Stamp& stamp, const std::vector<TapeRecord>& records) {
  check_list(records);
  std::string bytes;
  {
    pbf_writer out(bytes);
    std::map<std::string, Results> nodes;
    for (const TapeRecord& record : records) {
      nodes[node_name(record)].emplace(record.result.value_or(0), record.shape);
    }
    for (const TapeRecord& record : records) {
      // The first of a node's records makes it.
      const auto found = nodes.find(node_name(record));
      if (found == nodes.end()) continue;
      add_node(out, record, records, found->second);
      nodes.erase(found);
    }
    constexpr int producer = 22;  // shapes in attributes and inputs in full names, as of 2017
    pbf_writer versions(out, graph::versions);
    versions.add_int32(1, producer);
  }
  return graph_def_event(stamp, bytes);
}

}  // namespace tapegrad::summary
