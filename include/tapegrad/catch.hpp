// Derivative checks for tests that are written with Catch2, version 2 or 3. Opt-in: nothing else
// includes this header.
//
//   const auto x = tg::Tensor::from_vector<double>({1, 2, 3}).requires_grad_();
//   CHECK_GRAD([](const tg::Tensor& x) { return exp(x) / x; }, x);
//
// CHECK_GRAD(f, x...) compares the derivative of f(x...) with central differences, by gradcheck().
// f takes as many tensors as there are x and returns one; the x are leaves of float64, and those
// that require grad are varied. CHECK_GRAD2 checks the second derivative as well. REQUIRE_GRAD and
// REQUIRE_GRAD2 end the test case when they fail. A GradcheckOptions may follow the tensors:
// CHECK_GRAD(f, x, tg::GradcheckOptions{.rtol = 1e-5}). A failure names the worst cell: output
// and input element, the derivative of the tape and the numeric one.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "tapegrad/autograd.hpp"

#if __has_include(<catch2/catch_test_macros.hpp>)
#include <catch2/catch_test_macros.hpp>
#include <catch2/catch_tostring.hpp>
#elif __has_include(<catch2/catch.hpp>)
#include <catch2/catch.hpp>
#else
#include <catch.hpp>
#endif

namespace [[gnu::visibility("default")]] tapegrad {

/// What CHECK_GRAD prints and tests.
struct DerivativeCheck {
  GradcheckResult result;
  explicit operator bool() const { return result.ok; }
};

namespace detail {

/// Which of the arguments of a CHECK_GRAD are tensors, and the options among them.
struct GradArguments {
  std::vector<Tensor> inputs = {};
  GradcheckOptions options = {};
  void take(const Tensor& x) { inputs.push_back(x); }
  void take(const GradcheckOptions& given) { options = given; }
};

}  // namespace detail

/// gradcheck() of f(x...), at both orders up to `Order`; the x may be followed by options, whose
/// order doesn't count.
template <int Order, class F, class... Arguments>
DerivativeCheck derivative_of(F&& f, const Arguments&... x_and_options) {
  static_assert(sizeof...(Arguments) > 0, "CHECK_GRAD(f, x...): there is no x");
  detail::GradArguments given;
  (given.take(x_and_options), ...);
  constexpr std::size_t count =
      (static_cast<std::size_t>(std::convertible_to<Arguments, const Tensor&>) + ...);
  const TensorFunction of_all = [&f](const std::vector<Tensor>& x) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) { return f(x[I]...); }
    (std::make_index_sequence<count>());
  };
  DerivativeCheck check;
  for (int order = 1; order <= Order && check.result.ok; ++order) {
    given.options.order = order;
    check.result = gradcheck(of_all, given.inputs, given.options);
  }
  return check;
}

}  // namespace tapegrad

namespace Catch {

template <>
struct StringMaker<tapegrad::DerivativeCheck> {
  static std::string convert(const tapegrad::DerivativeCheck& check) {
    return check.result.message;
  }
};

}  // namespace Catch

#define CHECK_GRAD(...) CHECK(::tapegrad::derivative_of<1>(__VA_ARGS__))
#define CHECK_GRAD2(...) CHECK(::tapegrad::derivative_of<2>(__VA_ARGS__))
#define REQUIRE_GRAD(...) REQUIRE(::tapegrad::derivative_of<1>(__VA_ARGS__))
#define REQUIRE_GRAD2(...) REQUIRE(::tapegrad::derivative_of<2>(__VA_ARGS__))
