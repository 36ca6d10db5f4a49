// Every function of ops/, called with arguments that it has to refuse or to cope with. The calls
// are made of the headers when the tests are built: tools/make_calls.py.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "tapegrad/tensor.hpp"

namespace tapegrad::test {

/// A function's name for itself, and a call of which argument `place`, from 1, is undefined, or
/// holds an undefined tensor.
struct UndefinedCall {
  std::string_view name;
  int place;
  bool is_list;
  void (*call)();
};

/// What the arguments of one call are.
struct Hostile {
  Tensor a, b;
  std::int64_t n = 0;
  Scalar x = 0;

  double number() const {
    return x.kind() == float64 ? x.to<double>() : static_cast<double>(x.to<std::int64_t>());
  }
};

/// A function's name for itself, and a call that gives the tensors of its result.
struct HostileCall {
  std::string_view name;
  std::vector<Tensor> (*call)(const Hostile& h);
};

std::span<const UndefinedCall> undefined_calls();
std::span<const HostileCall> hostile_calls();

inline std::vector<Tensor> results_of(const Tensor& x) { return {x}; }
inline std::vector<Tensor> results_of(const std::vector<Tensor>& list) { return list; }
inline std::vector<Tensor> results_of(const std::pair<Tensor, Tensor>& pair) {
  return {pair.first, pair.second};
}
template <class T>
requires(std::is_arithmetic_v<T> || std::is_enum_v<T>) std::vector<Tensor> results_of(T) {
  return {};
}
/// Of a struct with two, three or four tensors.
template <class Results>
requires std::is_aggregate_v<Results> std::vector<Tensor> results_of(const Results& results) {
  if constexpr (sizeof(Results) == 2 * sizeof(Tensor)) {
    const auto& [a, b] = results;
    return {a, b};
  } else if constexpr (sizeof(Results) == 3 * sizeof(Tensor)) {
    const auto& [a, b, c] = results;
    return {a, b, c};
  } else {
    const auto& [a, b, c, d] = results;
    return {a, b, c, d};
  }
}

}  // namespace tapegrad::test
