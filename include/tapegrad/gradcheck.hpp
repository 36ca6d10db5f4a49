// Derivatives of tensor functions against numeric ones. The numbers come from gradtest, which does
// the same for plain functions; docs/testing_derivatives.md says how they are got.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tapegrad/functional.hpp"
#include "tapegrad/gradtest/report.hpp"
#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

struct GradcheckOptions {
  /// Derivatives of the orders 1 to this are checked, until one is wrong: 1, 2 or 3. Order 2 is
  /// the derivative of the gradient, by the inputs and by the incoming gradient g; by g it is
  /// forward mode.
  int order = 1;
  /// How far a derivative may be off, relative to its own size, beside what the numeric one is off
  /// itself. Default: 1e-6, or 3e-4 where an input or the result is float32.
  std::optional<double> tolerance = std::nullopt;
  /// So many random directions in place of single elements; 0: each element by itself. Default:
  /// 0 up to 1,000 elements of all inputs together, else 16.
  std::optional<int> directions = std::nullopt;
  /// Random points near the inputs at which the derivative is checked too, along two directions
  /// each.
  int points = 3;
  std::uint64_t seed = 1;
  /// What the inputs are called in the report. Default: "x", or "x0", "x1", ...
  std::vector<std::string> names = {};
  /// The result converts to true also where the numeric derivative isn't known well enough.
  bool accept_inconclusive = false;
};

/// Compares the derivative of `f` with numeric slopes: ok, wrong or inconclusive, with the worst
/// cells and what their pattern suggests. Converts to bool, prints itself.
///   Inputs that require grad are varied: float64, or float32 with the tolerance that this allows.
/// They keep their layouts, and have their elements back afterwards, also after an exception. One
/// whose elements share memory, as after expand(), which shares it with another input, or which is
/// the result of an operation, is varied as a copy. An input that is given twice counts as two.
///   In every call f draws the same numbers from the default generator: dropout is one function.
///   At order 1 forward mode, jvp(), must give what reverse mode gives, to the last digits: where
/// they differ, the derivative is wrong. Operations whose derivative can't be recorded are spared.
///   f runs some 15 times for an element where it is smooth, some 100 times where it isn't. What it
/// throws at the inputs themselves is passed on, unless it throws only with recording, or only
/// without it, which is wrong; beside them it means "not defined here".
///   Throws Error for an empty function, an order or a tolerance that means nothing, or too few
/// names; AutogradError when no input requires grad; DTypeError when the result isn't floating.
gradtest::Report gradcheck(const TensorFunction& f, const std::vector<Tensor>& inputs,
                           const GradcheckOptions& options = {});

namespace detail {

template <class F, class... Arguments>
gradtest::Report check_grad(int least_order, const F& f, const Arguments&... x_and_options) {
  static_assert((0 + ... + std::convertible_to<Arguments, const Tensor&>) > 0,
                "check_grad(f, x...): there is no tensor x");
  std::vector<Tensor> inputs;
  GradcheckOptions options;
  const auto sort = [&]<class T>(const T& argument) {
    if constexpr (std::convertible_to<T, const GradcheckOptions&>) {
      options = argument;
    } else {
      inputs.push_back(argument);
    }
  };
  (sort(x_and_options), ...);
  if (options.order < least_order) options.order = least_order;
  constexpr std::size_t count = (0 + ... + std::convertible_to<Arguments, const Tensor&>);
  const TensorFunction of_all = [&f](const std::vector<Tensor>& x) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) { return f(x[I]...); }
    (std::make_index_sequence<count>());
  };
  return gradcheck(of_all, inputs, options);
}

}  // namespace detail

/// gradcheck() of f(x...), where f takes as many tensors as there are x. A GradcheckOptions may
/// follow the tensors.
template <class F, class... Arguments>
gradtest::Report check_grad(const F& f, const Arguments&... x_and_options) {
  return detail::check_grad(1, f, x_and_options...);
}
/// The same at orders 1 and 2.
template <class F, class... Arguments>
gradtest::Report check_grad2(const F& f, const Arguments&... x_and_options) {
  return detail::check_grad(2, f, x_and_options...);
}
/// The same at orders 1, 2 and 3.
template <class F, class... Arguments>
gradtest::Report check_grad3(const F& f, const Arguments&... x_and_options) {
  return detail::check_grad(3, f, x_and_options...);
}

/// The numeric derivative of sum(f(x)): shape and dtype of x, computed in float64 to some 13 digits
/// where f is smooth. NaN where there is none. Throws Error for an empty function.
Tensor numeric_grad(const std::function<Tensor(const Tensor&)>& f, const Tensor& x);

}  // namespace tapegrad
