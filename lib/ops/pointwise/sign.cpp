#include "tapegrad/ops/pointwise/sign.hpp"

#include "ops/beside.hpp"
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

struct CopySign : Binary<CopySign> {
  static constexpr std::string_view name = "copysign";
  static constexpr bool always_floating = true;
  static constexpr bool vector = false;
  static constexpr Needs saves(Needs needs) {
    return asks_for(needs, 0) ? save_inputs : save_nothing;
  }
  auto f(const auto& a, const auto& b) const { return copysign(a, b); }
  Grads grads(const auto& s, const Tensor& g) const {
    const auto to_a = scalar_text([](const auto& dy, const auto& a, const auto& b) {
      const auto sign = copysign(constant(a, 1), b);
      return where(sign < constant(a, 0), by_sign(-dy, a), by_sign(dy, a));
    });
    return {s.needs(0) ? pulled(to_a, g, s.first(), s.second()) : Tensor{},
            s.needs(1) ? zeros_like(g) : Tensor{}};
  }
};

}  // namespace

Tensor abs(const Tensor& x) { return apply(Abs{}, x); }
Tensor sign(const Tensor& x) { return apply(Sign{}, x); }
Tensor signbit(const Tensor& x) {
  check_defined("signbit", x);
  return is_floating(x.dtype()) ? copysign(1, x.detach()) < 0 : x < 0;
}
Tensor copysign(const Tensor& a, const Tensor& b) { return apply(CopySign{}, a, b); }
Tensor copysign(const Tensor& a, Scalar b) { return apply_beside<CopySign>(a, b); }
Tensor copysign(Scalar a, const Tensor& b) { return apply_beside<CopySign>(a, b); }

}  // namespace tapegrad
