#include "onnx/exporter.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>

#include "core/check.hpp"
#include "core/tensor_impl.hpp"
#include "core/unknown.hpp"
#include "tapegrad/ops/create.hpp"

namespace tapegrad::onnx {
namespace {

template <class T>
T parsed(std::string_view text) {
  T number{};
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

bool shares(const Tensor& a, const Tensor& b) {
  const TensorImpl& x = *a.impl();
  const TensorImpl& y = *b.impl();
  return x.storage.get() == y.storage.get() && x.dtype == y.dtype &&
         x.layout.shape() == y.layout.shape() && x.layout.strides() == y.layout.strides() &&
         x.layout.offset() == y.layout.offset();
}

std::vector<proto::Size> said(const Shape& shape) {
  std::vector<proto::Size> sizes;
  for (std::size_t d = 0; d < shape.size(); ++d) {
    const bool fed = shape[d] == stand_ins[d] && is_unknown(shape[d]);
    if (fed) {
      sizes.push_back({-1, d == 0 ? "batch" : fmt::format("size_{}", d)});
    } else {
      sizes.push_back({is_unknown(shape[d]) ? -1 : shape[d]});
    }
  }
  return sizes;
}

}  // namespace

const std::string* Call::find(std::string_view name) const {
  const auto found = std::ranges::find(attributes, name, &Attribute::name);
  return found == attributes.end() ? nullptr : &found->value;
}

const std::string& Call::text(std::string_view name) const {
  const std::string* found = find(name);
  check<Error>(found != nullptr, "onnx: {} has no attribute {}", operation, name);
  return *found;
}

std::int64_t Call::integer(std::string_view name) const { return parsed<std::int64_t>(text(name)); }
double Call::real(std::string_view name) const { return parsed<double>(text(name)); }

proto::Integers Call::integers(std::string_view name) const {
  proto::Integers list;
  std::string_view rest = text(name);
  for (std::size_t at = rest.find_first_of("-0123456789"); at != rest.npos;
       at = rest.find_first_of("-0123456789")) {
    rest.remove_prefix(at);
    list.push_back(parsed<std::int64_t>(rest));
    rest.remove_prefix(std::min(rest.find_first_not_of("-0123456789"), rest.size()));
  }
  return list;
}

Exporter::Exporter(const StateDict& names) : names_(names) {
  for (const auto& [name, x] : names) {
    check<Error>(!name.empty(), "onnx: a name for a tensor of shape {} is empty", x.shape());
    taken_.insert(name);
  }
}

std::string Exporter::unique(const std::string& name) {
  std::string result = name;
  for (int n = 1; !taken_.insert(result).second; ++n) result = fmt::format("{}_{}", name, n);
  return result;
}

void Exporter::take_name(std::string_view what, const std::string& name) {
  check<Error>(!name.empty() && taken_.insert(name).second,
               "onnx: the {} is called \"{}\"; names must not be empty and not be used twice", what,
               name);
}

void Exporter::add_input(const Tensor& x, const std::string& name) {
  inputs_.push_back(x);
  define(x, name);
  model_.inputs.push_back({name, x.dtype(), said(x.shape())});
}

void Exporter::add_output(const Tensor& x, const std::string& name) {
  take_name("output", name);
  const std::string source = value(x);
  model_.nodes.push_back({"Identity", name, {source}, {name}});
  model_.outputs.push_back({name, x.dtype(), said(x.shape())});
}

std::string Exporter::value(const Tensor& x) {
  if (!x.defined()) return {};
  const auto found = values_.find(x.impl());
  if (found != values_.end()) {
    check<Error>(!found->second.empty(),
                 "onnx: {} needs a result of an operation that ONNX's doesn't give", scope_);
    return found->second;
  }
  for (const auto& [name, known] : names_) {
    if (!shares(x, known)) continue;
    if (std::ranges::find(model_.initializers, name, &NamedTensor::name) ==
        model_.initializers.end()) {
      model_.initializers.push_back({name, x});
    }
    kept_.push_back(x);
    return values_[x.impl()] = name;
  }
  kept_.push_back(x);
  return values_[x.impl()] = constant(x);
}

void Exporter::remember(const Call& call) {
  for (const Tensor& x : call.outputs) makers_[x.impl()] = calls_.size();
  calls_.push_back(call);
}

const Call* Exporter::maker_of(const Tensor& x) const {
  const auto found = makers_.find(x.impl());
  return found == makers_.end() ? nullptr : &calls_[found->second];
}

proto::Model Exporter::taken() && {
  std::set<std::string> read;
  for (const proto::Value& output : model_.outputs) read.insert(output.name);
  std::vector<proto::Node> nodes;
  for (auto node = model_.nodes.rbegin(); node != model_.nodes.rend(); ++node) {
    if (std::ranges::none_of(node->outputs,
                             [&](const auto& name) { return read.contains(name); })) {
      continue;
    }
    read.insert(node->inputs.begin(), node->inputs.end());
    nodes.push_back(std::move(*node));
  }
  model_.nodes.assign(std::make_move_iterator(nodes.rbegin()),
                      std::make_move_iterator(nodes.rend()));
  std::erase_if(model_.initializers, [&](const auto& x) { return !read.contains(x.name); });
  return std::move(model_);
}

std::string Exporter::constant(const Tensor& x) {
  std::string name = unique(scope_ + ".constant");
  model_.initializers.push_back({name, x});
  return name;
}

std::string Exporter::integers(const proto::Integers& list) {
  std::string key = "integers";
  for (const std::int64_t one : list) key += fmt::format(" {}", one);
  std::string& name = constants_[key];
  if (name.empty()) name = constant(Tensor::from_vector(proto::Integers(list)));
  return name;
}

std::string Exporter::number(double value, DType dtype) {
  const std::string key = fmt::format("{} {}", name_of(dtype), value);
  std::string& name = constants_[key];
  if (name.empty()) name = constant(full({}, value, {.dtype = dtype}));
  return name;
}

std::string Exporter::cast(const std::string& value, DType from, DType to) {
  if (from == to || value.empty()) return value;
  return node("Cast", {value}, {{"to", proto::type_number(to)}});
}

std::string Exporter::node(std::string_view type, Values inputs,
                           std::vector<proto::Attribute> attributes) {
  return nodes(type, 1, std::move(inputs), std::move(attributes))[0];
}

Values Exporter::nodes(std::string_view type, std::size_t results, Values inputs,
                       std::vector<proto::Attribute> attributes) {
  const std::string name = unique(fmt::format("{}.{}", scope_, type));
  Values outputs;
  for (std::size_t i = 0; i < results; ++i) {
    outputs.push_back(results == 1 ? name : unique(fmt::format("{}:{}", name, i)));
  }
  // Arguments that aren't given at the end are left out.
  while (!inputs.empty() && inputs.back().empty()) inputs.pop_back();
  model_.nodes.push_back(
      {std::string(type), name, std::move(inputs), outputs, std::move(attributes)});
  return outputs;
}

/// A size of the inputs, or one made of it by multiplication.
std::string Exporter::size(std::int64_t size) {
  if (!is_unknown(size)) return integers({size});
  for (const Tensor& input : inputs_) {
    const Shape& shape = input.shape();
    for (std::size_t d = 0; d < shape.size(); ++d) {
      if (shape[d] != stand_ins[d] || size % shape[d] != 0) continue;
      const std::string all = node("Shape", {value(input)});
      const std::string one = node("Gather", {all, integers({static_cast<std::int64_t>(d)})},
                                   {{"axis", std::int64_t{0}}});
      const std::int64_t times = size / shape[d];
      if (times == 1) return one;
      if (!is_unknown(times)) return node("Mul", {one, integers({times})});
      return node("Mul", {one, this->size(times)});
    }
  }
  fail<Error>("onnx: {} needs a size that is made of an unknown one in a way that isn't known here",
              scope_);
}

std::string Exporter::sizes(const Shape& shape) {
  if (!has_unknown(shape)) return integers({shape.begin(), shape.end()});
  Values parts;
  for (const std::int64_t one : shape) parts.push_back(size(one));
  if (parts.size() == 1) return parts[0];
  return node("Concat", parts, {{"axis", std::int64_t{0}}});
}

std::string Exporter::reshaped(const std::string& value, const Shape& to) {
  proto::Integers sizes_said(to.begin(), to.end());
  const auto unknowns = std::ranges::count_if(to, is_unknown);
  if (unknowns > 1) return node("Reshape", {value, sizes(to)});
  for (std::int64_t& one : sizes_said) {
    if (is_unknown(one)) one = -1;
  }
  if (std::ranges::count(sizes_said, 0) == 0) return node("Reshape", {value, integers(sizes_said)});
  // Else 0 is the size that was there.
  return node("Reshape", {value, integers(sizes_said)}, {{"allowzero", std::int64_t{1}}});
}

}  // namespace tapegrad::onnx
