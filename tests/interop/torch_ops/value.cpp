// Each conversion takes what PyTorch takes for such a parameter, and nothing more.
#include "value.hpp"

#include <string_view>

namespace {

template <class T>
const T& get(const Value& value, const char* what) {
  const T* found = std::get_if<T>(&value.is);
  if (!found) throw Unfit(std::string("no ") + what);
  return *found;
}

bool is_slice(const Value& value) {
  const auto* list = std::get_if<Values>(&value.is);
  if (!list || list->size() != 4) return false;
  const auto* word = std::get_if<std::string>(&list->front().is);
  return word && *word == "slice";
}

}  // namespace

std::string kinds_of(const Values& values) {
  static constexpr const char* names[] = {"None", "bool", "int", "float", "str", "Tensor", "list"};
  std::string text = "(";
  for (const Value& value : values) {
    if (text.size() > 1) text += ", ";
    text += names[value.is.index()];
  }
  return text + ")";
}

void convert(const Value& value, tg::Tensor& to) {
  if (!std::holds_alternative<std::monostate>(value.is)) to = get<tg::Tensor>(value, "tensor");
}

void convert(const Value& value, bool& to) { to = get<bool>(value, "bool"); }

void convert(const Value& value, std::int64_t& to) { to = get<std::int64_t>(value, "integer"); }

void convert(const Value& value, tg::AsInteger& to) { to = as<std::int64_t>(value); }

void convert(const Value& value, double& to) {
  if (const auto* integer = std::get_if<std::int64_t>(&value.is)) {
    to = static_cast<double>(*integer);
  } else {
    to = get<double>(value, "number");
  }
}

void convert(const Value& value, std::string& to) { to = get<std::string>(value, "word"); }

void convert(const Value& value, tg::Scalar& to) {
  if (const auto* truth = std::get_if<bool>(&value.is)) {
    to = tg::Scalar(*truth);
  } else if (const auto* integer = std::get_if<std::int64_t>(&value.is)) {
    to = tg::Scalar(*integer);
  } else {
    to = tg::Scalar(get<double>(value, "number"));
  }
}

void convert(const Value& value, tg::Dims& to) {
  if (const auto* one = std::get_if<std::int64_t>(&value.is)) {
    to = tg::Dims(*one);
  } else if (!std::holds_alternative<std::monostate>(value.is)) {
    to = tg::Dims(as<std::vector<std::int64_t>>(value));
  }
}

void convert(const Value& value, tg::DType& to) {
  const std::string& name = get<std::string>(value, "dtype");
  for (int i = 0; i <= static_cast<int>(tg::float64); ++i) {
    to = static_cast<tg::DType>(i);
    if (tg::name_of(to) == name) return;
  }
  throw Unfit("no dtype of ours: " + name);
}

void convert(const Value& value, tg::Keepdim& to) {
  to = as<bool>(value) ? tg::Keepdim::yes : tg::Keepdim::no;
}

void convert(const Value& value, tg::Reduction& to) {
  const std::string& word = get<std::string>(value, "reduction");
  if (word != "none" && word != "sum" && word != "mean") throw Unfit("no reduction of ours");
  to = word == "none"  ? tg::Reduction::none
       : word == "sum" ? tg::Reduction::sum
                       : tg::Reduction::mean;
}

void convert(const Value& value, tg::Index& to) {
  if (is_slice(value)) {
    const Values& parts = std::get<Values>(value.is);
    using Bound = std::optional<std::int64_t>;
    to = tg::Slice(as<Bound>(parts[1]), as<Bound>(parts[2]), as<Bound>(parts[3]).value_or(1));
  } else if (std::holds_alternative<std::monostate>(value.is)) {
    to = tg::newaxis;
  } else if (std::holds_alternative<std::string>(value.is)) {
    to = tg::ellipsis;
  } else if (std::holds_alternative<tg::Tensor>(value.is)) {
    to = std::get<tg::Tensor>(value.is);
  } else {
    to = as<std::int64_t>(value);
  }
}
