// A table of a model: its parts, what they give, what they hold and what they cost. What is counted
// comes from the operations that run, so that a module of the user's needs to say nothing.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "tapegrad/nn/module.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace nn {

/// A module of the model. What it counts includes what its parts count.
struct SummaryRow {
  /// "encoder.layers.0"; empty for the model itself.
  std::string name;
  /// "Linear"; "List" for a container of modules that is none itself.
  std::string type;
  /// How many modules it lies within.
  std::size_t depth = 0;
  /// What it gave last: the shape of the result, the first where there are several. Of a module
  /// that isn't a Layer or another one of this library: that of the last operation that ran in it.
  /// Nothing where none did.
  std::optional<Shape> output = {};
  /// Elements of its parameters, and those of them that aren't frozen. One that several modules
  /// share counts in the first of them alone, so that rows of one depth add up.
  std::int64_t parameters = 0;
  std::int64_t trainable = 0;
  /// Of all its calls.
  std::int64_t multiply_adds = 0;
  /// The same module has a row above, under another name, which counts for both.
  bool repeated = false;
};

struct Summary {
  /// In the order of visit(), each module before its parts; the first is the model.
  std::vector<SummaryRow> rows;
  /// Of all tensors that it was given.
  std::vector<Shape> inputs;
  std::int64_t parameters = 0;
  std::int64_t trainable = 0;
  std::int64_t parameter_bytes = 0;
  std::int64_t multiply_adds = 0;
};

/// The table, a line for each row, and the totals.
std::string to_string(const Summary& summary);
std::ostream& operator<<(std::ostream& out, const Summary& summary);

namespace detail {

/// The tensor that a result is or begins with, undefined if it has none.
template <class Y>
Tensor first_tensor(const Y& y) {
  if constexpr (std::convertible_to<const Y&, Tensor>) {
    return y;
  } else if constexpr (requires { first_tensor(y.output); }) {
    return first_tensor(y.output);
  } else if constexpr (requires { first_tensor(y.h); }) {
    return first_tensor(y.h);
  } else if constexpr (requires { first_tensor(y.first); }) {
    return first_tensor(y.first);
  } else if constexpr (requires { first_tensor(std::get<0>(y)); }) {
    return first_tensor(std::get<0>(y));
  } else if constexpr (requires { first_tensor(*y.begin()); }) {
    return y.begin() == y.end() ? Tensor() : first_tensor(*y.begin());
  } else {
    return {};
  }
}

Summary summary_of(Module& model, std::vector<Shape> inputs, const std::function<Tensor()>& run);

}  // namespace detail

/// What `model.forward(inputs...)` does, a row for each module:
///   std::cout << tg::nn::summary(model, tg::zeros({1, 1, 28, 28}));
/// The inputs are what forward() takes: tensors, and options beside them. It runs once, in eval
/// mode and under NoGrad, on the input as it is; a batch of one counts what one example costs.
///   Multiply-adds are products that are added up, one for each product: those of linear layers,
/// matrix products (and what is made of them, such as einsum()), convolutions and their transposes,
/// the products of a recurrent cell with its state, and of queries, keys and values in attention,
/// all of them, masks or not. Biases, norms, activations, pools and other operations on elements
/// aren't counted, nor are factorisations, such as solve().
///   The model stays as it is: modes and gradients, what parameters and buffers hold, also where
/// forward() gave them other tensors, the default generator; while it runs there is a copy of all
/// that. What runs in a part that no visit() names, or that is called as part.forward(x), which
/// enters no scope, counts as its owner's; the parts of that count as theirs. While it runs, parts
/// have other scopes (see Module::scope_name()): no other thread may use the model. Throws what
/// forward() throws, and Error while a program is captured.
template <std::derived_from<Module> M, class... X>
requires requires(M& model, const X&... inputs) { model.forward(inputs...); }
Summary summary(M& model, const X&... inputs) {
  std::vector<Shape> shapes;
  const auto add = [&](const auto& x) {
    if constexpr (std::convertible_to<decltype(x), Tensor>) {
      if (const Tensor t = x; t.defined()) shapes.push_back(t.shape());
    }
  };
  (add(inputs), ...);
  return detail::summary_of(const_cast<std::remove_const_t<M>&>(model), std::move(shapes), [&] {
    if constexpr (std::is_void_v<decltype(model.forward(inputs...))>) {
      model.forward(inputs...);
      return Tensor();
    } else {
      return detail::first_tensor(model.forward(inputs...));
    }
  });
}

}  // namespace nn
}  // namespace tapegrad
