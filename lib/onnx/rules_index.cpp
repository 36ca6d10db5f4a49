// What takes elements at places that tensors give, in ONNX.
#include "onnx/exporter.hpp"

namespace tapegrad::onnx {
namespace {

Values index_select(Exporter& to, const Call& call) {
  return {to.node("Gather", {to.value(call.inputs[0]), to.value(call.inputs[1])},
                  {{"axis", call.integer("dim")}})};
}

Values gather(Exporter& to, const Call& call) {
  return {to.node("GatherElements", {to.value(call.inputs[0]), to.value(call.inputs[1])},
                  {{"axis", call.integer("dim")}})};
}

/// One element of each line.
Values take_along(Exporter& to, const Call& call) {
  const std::string dim = to.integers({call.integer("dim")});
  const std::string index = to.node("Unsqueeze", {to.value(call.inputs[1]), dim});
  const std::string taken =
      to.node("GatherElements", {to.value(call.inputs[0]), index}, {{"axis", call.integer("dim")}});
  return {to.node("Squeeze", {taken, dim})};
}

template <bool add>
Values scatter(Exporter& to, const Call& call) {
  std::vector<proto::Attribute> attributes{{"axis", call.integer("dim")}};
  if (add) attributes.push_back({"reduction", std::string("add")});
  return {to.node("ScatterElements",
                  {to.value(call.inputs[0]), to.value(call.inputs[1]), to.value(call.inputs[2])},
                  std::move(attributes))};
}

/// An index of slices as one of their elements.
std::string index_of_elements(Exporter& to, const Call& call, const std::string& source) {
  proto::Integers others;
  for (std::int64_t d = 0; d < call.inputs[2].dim(); ++d) {
    if (d != call.integer("dim")) others.push_back(d);
  }
  const std::string index = to.value(call.inputs[1]);
  const std::string wide =
      others.empty() ? index : to.node("Unsqueeze", {index, to.integers(others)});
  return to.node("Expand", {wide, to.node("Shape", {source})});
}

template <bool add>
Values scatter_slices(Exporter& to, const Call& call) {
  const std::string source = to.value(call.inputs[2], call.dtype());
  std::vector<proto::Attribute> attributes{{"axis", call.integer("dim")}};
  if (add) attributes.push_back({"reduction", std::string("add")});
  return {to.node("ScatterElements",
                  {to.value(call.inputs[0]), index_of_elements(to, call, source), source},
                  attributes)};
}

/// The last of the k smallest.
Values kthvalue(Exporter& to, const Call& call) {
  const std::int64_t k = call.integer("k");
  const std::string dim = to.integers({call.integer("dim")});
  const std::string places = to.nodes("TopK", 2, {to.value(call.inputs[0]), to.integers({k})},
                                      {{"axis", call.integer("dim")},
                                       {"largest", std::int64_t{0}},
                                       {"sorted", std::int64_t{1}}})[1];
  const std::string last = to.node("Slice", {places, to.integers({k - 1}), to.integers({k}), dim});
  return {to.node("Squeeze", {last, dim})};
}

Values argsort(Exporter& to, const Call& call) {
  return {to.nodes("TopK", 2, {to.value(call.inputs[0]), to.integers({call.integer("count")})},
                   {{"axis", call.integer("dim")},
                    {"largest", std::int64_t{call.flag("descending")}},
                    {"sorted", std::int64_t{1}}})[1]};
}

/// Where ONNX has a row of zeros for what is no class, this library has an error.
Values one_hot(Exporter& to, const Call& call) {
  return {to.node("OneHot", {to.value(call.inputs[0]), to.integers({call.integer("classes")}),
                             to.integers({0, 1})})};
}

}  // namespace

void add_index_rules(Rules& rules) {
  rules["index_select"] = index_select;
  rules["gather"] = gather;
  rules["take_along"] = take_along;
  rules["max"] = take_along;
  rules["min"] = take_along;
  rules["scatter"] = scatter<false>;
  rules["scatter_add"] = scatter<true>;
  rules["index_add"] = scatter_slices<true>;
  rules["index_copy"] = scatter_slices<false>;
  rules["kthvalue"] = kthvalue;
  rules["argsort"] = argsort;
  rules["one_hot"] = one_hot;
}

}  // namespace tapegrad::onnx
