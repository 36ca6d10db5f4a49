#include "tapegrad/ops/pointwise/sign.hpp"

#include "ops/elementwise.hpp"
#include "ops/formulas.hpp"
#include "tapegrad/ops/create.hpp"

namespace tapegrad {

using namespace kernels;

namespace {

struct Sign : Unary<Sign> {
  static constexpr std::string_view name = "sign";
  static constexpr Needs keeps = save_nothing;
  static constexpr bool keeps_integers = true;
  auto f(const auto& x) const {
    using X = std::remove_cvref_t<decltype(x)>;
    if constexpr (std::unsigned_integral<X>) {
      return x > 0;
    } else if constexpr (std::integral<X>) {
      return (x > 0) - (x < 0);
    } else {
      return sign_of(x);
    }
  }
  Grads vjp(const Saved&, const Tensor& g) const { return {zeros_like(g)}; }
};

struct Abs : Unary<Abs> {
  static constexpr std::string_view name = "abs";
  static constexpr Needs keeps = save_inputs;
  static constexpr bool keeps_integers = true;
  auto f(const auto& x) const { return abs(x); }
  auto pull(const auto& g, const auto& x, const auto&) const { return by_sign(g, x); }
};

}  // namespace

Tensor abs(const Tensor& x) { return apply(Abs{}, x); }
Tensor sign(const Tensor& x) { return apply(Sign{}, x); }

}  // namespace tapegrad
