#include "autograd/attributes.hpp"

#include <algorithm>

#include "core/check.hpp"

namespace tapegrad {

void AttributeList::operator()(std::string_view name, std::string_view value) {
  list_.push_back({std::string(name), std::string(value)});
}

void AttributeList::operator()(std::string_view name, bool value) {
  (*this)(name, value ? "true" : "false");
}

void AttributeList::operator()(std::string_view name, double value) {
  (*this)(name, std::string_view(fmt::format("{}", value)));
}

void AttributeList::operator()(std::string_view name, Scalar value) {
  if (is_floating(value.kind())) return (*this)(name, value.to<double>());
  (*this)(name, std::string_view(fmt::format("{}", value.to<std::int64_t>())));
}

void AttributeList::operator()(std::string_view name, DType value) {
  (*this)(name, name_of(value));
}

void AttributeList::operator()(std::string_view name, const Dims& value) {
  (*this)(name, std::string_view(to_string(value)));
}

// Each of a thousand results of a split has this text.
void AttributeList::operator()(std::string_view name, const std::vector<std::int64_t>& value) {
  constexpr std::size_t most = 8;
  std::string text;
  for (std::size_t i = 0; i < std::min(most, value.size()); ++i) {
    text += fmt::format("{}{}", i > 0 ? ", " : "", value[i]);
  }
  if (value.size() > most) text += ", ...";
  (*this)(name, std::string_view("[" + text + "]"));
}

}  // namespace tapegrad
