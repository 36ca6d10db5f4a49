// Operations of the user's own: a forward and its derivative, recorded as the library's are.
//
//   const auto cube = tg::custom("cube", [](const tg::Tensor& x) { return x * x * x; },
//                                [](const tg::Tensor& x, const tg::Tensor& y, const tg::Tensor& g)
//                                {
//                                  return 3 * x * x * g;
//                                });
//   cube(x).sum().backward();
//   CHECK_GRAD2(cube, x);   // tapegrad/catch.hpp
#pragma once

#include <concepts>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

namespace detail {

/// What the tape keeps of an operation of the user's: from the inputs, the result and its gradient
/// to the inputs' gradients.
struct CustomVjp {
  std::shared_ptr<const std::string> name;
  std::function<std::vector<Tensor>(const std::vector<Tensor>& x, const Tensor& y, const Tensor& g)>
      run;
};

std::shared_ptr<const std::string> custom_name(std::string_view name);
Tensor apply_custom(const CustomVjp& vjp, const std::function<Tensor()>& forward,
                    const std::vector<Tensor>& inputs);

}  // namespace detail

/// What custom() makes: call it with as many tensors as its forward takes.
template <class Forward, class Vjp>
class Custom {
 public:
  Custom(std::string_view name, Forward forward, Vjp vjp)
      : name_(detail::custom_name(name)),
        functions_(std::make_shared<const Functions>(std::move(forward), std::move(vjp))) {}

  template <std::convertible_to<const Tensor&>... X>
  requires(sizeof...(X) > 0) Tensor operator()(const X&... x) const {
    constexpr bool gives_one = std::is_invocable_r_v<Tensor, const Forward&, const X&...>;
    constexpr bool takes_all =
        std::is_invocable_v<const Vjp&, const X&..., const Tensor&, const Tensor&>;
    static_assert(gives_one, "custom: write a forward that takes these tensors and gives one");
    static_assert(takes_all,
                  "custom: write a vjp that takes what forward takes, its result and a gradient");
    if constexpr (gives_one && takes_all) {
      const auto forward = [&] { return Tensor(functions_->first(x...)); };
      return detail::apply_custom({name_, vjp_of(std::index_sequence_for<X...>())}, forward,
                                  {x...});
    }
  }

 private:
  using Functions = std::pair<Forward, Vjp>;

  template <std::size_t... I>
  auto vjp_of(std::index_sequence<I...>) const {
    return
        [functions = functions_](const std::vector<Tensor>& x, const Tensor& y, const Tensor& g) {
          using Result = decltype(functions->second(x[I]..., y, g));
          constexpr bool gives_list = requires(const Result& grads) {
            std::vector<Tensor>(grads.begin(), grads.end());
          };
          constexpr bool gives_tuple = requires(const Result& grads) {
            std::tuple(grads);
            std::tuple_size<Result>::value;
          };
          if constexpr (std::convertible_to<Result, Tensor>) {
            return std::vector<Tensor>{functions->second(x[I]..., y, g)};
          } else if constexpr (!gives_list && gives_tuple) {
            return std::apply(
                [](const auto&... grads) { return std::vector<Tensor>{Tensor(grads)...}; },
                functions->second(x[I]..., y, g));
          } else if constexpr (!gives_list) {
            static_assert(gives_list, "custom: write a vjp that gives a tensor, or a list of them");
            return std::vector<Tensor>();
          } else {
            const Result grads = functions->second(x[I]..., y, g);
            return std::vector<Tensor>(grads.begin(), grads.end());
          }
        };
  }

  std::shared_ptr<const std::string> name_;
  std::shared_ptr<const Functions> functions_;
};

/// An operation of the user's own, called `name` on the tape and in errors.
///   forward  (x...) -> a tensor. It isn't recorded; what it reads besides its arguments is a
///            constant. It may read elements, and call any library.
///   vjp      (x..., y, g) -> the gradients of the x, for the gradient g of the result y: a Tensor
///            where there is one x, else a list of tensors (std::vector, std::array, std::tuple).
///            An undefined one says that nothing flows there. A gradient may have a shape that x
///            broadcasts to.
///   Where vjp is written in tensor operations, the operation has derivatives of all orders; where
///   it isn't, one asked for in a recorded pass throws AutogradError rather than give a wrong 0.
///   Functions are copied, and run as often as there are passes; inputs and result are kept for
///   them. Throws Error for a name that TensorBoard wouldn't take, and in a pass, in the
///   operation's name, where vjp gives another number of gradients.
template <class Forward, class Vjp>
Custom<Forward, Vjp> custom(std::string_view name, Forward forward, Vjp vjp) {
  return {name, std::move(forward), std::move(vjp)};
}

/// The same from a struct: `name` (a string), `forward(x...)` and `vjp(x..., y, g)`, both const.
template <class Operation>
auto custom(const Operation& operation) {
  return custom(
      operation.name, [operation](const auto&... x) { return operation.forward(x...); },
      [operation](const auto&... arguments) { return operation.vjp(arguments...); });
}

}  // namespace tapegrad
