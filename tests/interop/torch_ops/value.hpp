// What torch's operator tests give an operation: tensors, numbers, words and lists of these; and
// what parameters in C++ make of them.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include "tapegrad/index.hpp"
#include "tapegrad/keepdim.hpp"
#include "tapegrad/ops/loss/reduction.hpp"
#include "tapegrad/tensor.hpp"

namespace tg = tapegrad;

using Tensors = std::vector<tg::Tensor>;

struct Value;
using Values = std::vector<Value>;

/// std::monostate is Python's None. A slice is the list {"slice", start, stop, step}, an ellipsis
/// the word "...".
struct Value {
  std::variant<std::monostate, bool, std::int64_t, double, std::string, tg::Tensor, Values> is;
};

/// A value is not what a parameter takes; another form of the operation may take it.
struct Unfit : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// "(Tensor, int, None)".
std::string kinds_of(const Values& values);

void convert(const Value& value, tg::Tensor& to);  ///< of None an undefined one
void convert(const Value& value, bool& to);
void convert(const Value& value, std::int64_t& to);
void convert(const Value& value, tg::AsInteger& to);
void convert(const Value& value, double& to);
void convert(const Value& value, std::string& to);
void convert(const Value& value, tg::Scalar& to);
void convert(const Value& value, tg::Dims& to);  ///< of None an empty list
void convert(const Value& value, tg::DType& to);
void convert(const Value& value, tg::Keepdim& to);
void convert(const Value& value, tg::Reduction& to);
void convert(const Value& value, tg::Index& to);

template <class T>
void convert(const Value& value, std::vector<T>& to);

template <class T>
void convert(const Value& value, std::optional<T>& to) {
  if (!std::holds_alternative<std::monostate>(value.is)) convert(value, to.emplace());
}

/// Scalar, Index and Keepdim have no default: they begin as what any value replaces.
template <class T>
T blank() {
  if constexpr (std::is_default_constructible_v<T>) return T{};
  if constexpr (!std::is_default_constructible_v<T>) {
    if constexpr (std::is_constructible_v<T, bool>) return T(false);
    if constexpr (!std::is_constructible_v<T, bool>) return T(0);
  }
}

template <>
inline tg::AsInteger blank<tg::AsInteger>() {
  return 0;
}

template <class T>
T as(const Value& value) {
  T made = blank<T>();
  convert(value, made);
  return made;
}

template <class T>
void convert(const Value& value, std::vector<T>& to) {
  const auto* list = std::get_if<Values>(&value.is);
  if (!list) throw Unfit("no list");
  for (const Value& one : *list) to.push_back(as<T>(one));
}
