// Checks of elements, before an operation that would not notice: at once, or, where a program is
// captured, in each of its runs.
#pragma once

#include "autograd/apply.hpp"

namespace tapegrad {

/// Gives an empty tensor, and throws for wrong elements.
template <class Check>
struct ValueCheck {
  static constexpr std::string_view name = "check";
  static constexpr bool has_effect = true;
  Check check;
  void each_size(const auto& f) requires requires { check.each_size(f); }
  { check.each_size(f); }
  Meta result(const auto&...) const { return {boolean, {0}}; }
  void into(const Tensor&, const auto&... x) const { check(x...); }
};

/// check(x...) throws for elements that it refuses.
template <class Check, std::same_as<Tensor>... In>
void check_values(Check check, const In&... x) {
  if (is_captured() || is_traced()) [[unlikely]] {
    untaped(ValueCheck<Check>{check}, x...);
  } else {
    check(x...);
  }
}

}  // namespace tapegrad
