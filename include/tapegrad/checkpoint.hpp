// Time for memory: what a part of a model computed is forgotten, and computed again when the
// reverse pass asks for it.
#pragma once

#include <concepts>
#include <cstddef>
#include <functional>
#include <type_traits>
#include <utility>
#include <vector>

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

namespace detail {

using Region = std::function<std::vector<Tensor>(const std::vector<Tensor>&)>;

std::vector<Tensor> checkpointed(Region f, const std::vector<Tensor>& x);

template <class F, class... Args>
std::vector<Tensor> results_of(const F& f, const Args&... args) {
  if constexpr (std::convertible_to<decltype(f(args...)), Tensor>) {
    return {f(args...)};
  } else {
    return f(args...);
  }
}

/// A copy of a module has parameters of its own, which nobody trains.
template <class F>
concept HasParameters = requires(F& f) {
  f.parameters();
};

}  // namespace detail

/// Whether this thread runs a function for checkpoint(), which runs it once more in the reverse
/// pass: for what can't do the same twice, and refuses.
bool checkpointing();

/// f(x...), recorded without the values between x and the result: those that nothing but the tape
/// keeps alive are dropped when f has run. The reverse pass runs f once more where it first needs
/// one of them, and drops them again as it frees the graph; a pass that keeps the graph keeps them.
///   const Tensor h = checkpoint([&](const Tensor& t) { return block(t); }, x);
/// Gradients, of x and of whatever else f uses, are those without checkpoint() to the bit, at all
/// orders, with hooks, in backward() and grad(). Random numbers are drawn again from the same
/// state, of each generator that f drew from. May be nested.
///   f  (const Tensor&...) -> a Tensor or a list of them. Copied, and run twice: what it captures
///   by
///      reference must live until the reverse pass. It must do the same both times; what it
///      does besides computing its result, it does twice.
/// Only runs f under NoGrad and in a trace(). Throws Error for an empty function, AutogradError
/// where f changes x in place; the reverse pass throws AutogradError where x, or what f captured,
/// has been changed in place since, or where f records other operations than the first time.
///   Source: Chen, Xu, Zhang & Guestrin (2016), "Training deep nets with sublinear memory cost".
template <class F, std::convertible_to<const Tensor&>... X>
requires(sizeof...(X) > 0 && std::invocable<const F&, const X&...>) auto checkpoint(F f,
                                                                                    const X&... x) {
  static_assert(!detail::HasParameters<F>,
                "write checkpoint([&](const Tensor& x) { return module(x); }, x): a copy of a "
                "module has other parameters");
  constexpr bool single = std::convertible_to<decltype(std::as_const(f)(x...)), Tensor>;
  const auto run = [f = std::move(f)](const std::vector<Tensor>& all) {
    return [&]<std::size_t... i>(std::index_sequence<i...>) {
      return detail::results_of(f, all[i]...);
    }
    (std::index_sequence_for<X...>());
  };
  std::vector<Tensor> results = detail::checkpointed(run, {x...});
  if constexpr (single) {
    return std::move(results[0]);
  } else {
    return results;
  }
}

/// The same for a function of a list.
template <class F>
requires(detail::Generic<F> || std::invocable<F&, const std::vector<Tensor>&>) auto checkpoint(
    F f, const std::vector<Tensor>& x) {
  constexpr bool single = std::convertible_to<decltype(std::as_const(f)(x)), Tensor>;
  const auto run = [f = std::move(f)](const std::vector<Tensor>& all) {
    return detail::results_of(f, all);
  };
  std::vector<Tensor> results = detail::checkpointed(run, x);
  if constexpr (single) {
    return std::move(results[0]);
  } else {
    return results;
  }
}

}  // namespace tapegrad
