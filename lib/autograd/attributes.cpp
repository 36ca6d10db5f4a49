#include "autograd/attributes.hpp"

#include <algorithm>

#include "core/check.hpp"
#include "core/unknown.hpp"

namespace tapegrad {
namespace {

bool of_unknown_size(std::int64_t size) { return comes_of_unknown(static_cast<double>(size)); }

}  // namespace

void AttributeList::operator()(std::string_view name, std::string_view value) {
  list_.push_back({std::string(name), std::string(value)});
}

void AttributeList::operator()(std::string_view name, bool value) {
  (*this)(name, value ? "true" : "false");
}

void AttributeList::operator()(std::string_view name, double value) {
  look_at(comes_of_unknown(value));
  (*this)(name, std::string_view(fmt::format("{}", value)));
}

void AttributeList::operator()(std::string_view name, Scalar value) {
  if (is_floating(value.kind())) return (*this)(name, value.to<double>());
  look_at(comes_of_unknown(static_cast<double>(value.to<std::int64_t>())));
  (*this)(name, std::string_view(fmt::format("{}", value.to<std::int64_t>())));
}

void AttributeList::operator()(std::string_view name, DType value) {
  (*this)(name, name_of(value));
}

void AttributeList::operator()(std::string_view name, const Dims& value) {
  look_at(std::ranges::any_of(value, of_unknown_size));
  (*this)(name, std::string_view(to_string(value)));
}

// Each of a thousand results of a split has this text.
void AttributeList::operator()(std::string_view name, const std::vector<std::int64_t>& value) {
  constexpr std::size_t most = 8;
  look_at(std::ranges::any_of(value, of_unknown_size));
  std::string text;
  for (std::size_t i = 0; i < std::min(most, value.size()); ++i) {
    text += fmt::format("{}{}", i > 0 ? ", " : "", value[i]);
  }
  if (value.size() > most) text += ", ...";
  (*this)(name, std::string_view("[" + text + "]"));
}

}  // namespace tapegrad
