#include "tapegrad/ops/pointwise/power.hpp"

#include "ops/beside.hpp"
#include "ops/formulas.hpp"

namespace tapegrad {

using namespace kernels;

namespace {

struct Sqrt : Unary<Sqrt> {
  static constexpr std::string_view name = "sqrt";
  static constexpr Needs keeps = save_output;
  auto f(const auto& x) const { return sqrt(x); }
  auto df(const auto&, const auto& y) const { return 0.5 / y; }
};

struct Square : Unary<Square> {
  static constexpr std::string_view name = "square";
  static constexpr bool wraps = true;
  static constexpr Needs keeps = save_inputs;
  static constexpr bool keeps_integers = true;
  auto f(const auto& x) const { return x * x; }
  auto df(const auto& x, const auto&) const { return 2 * x; }
};

struct Rsqrt : Unary<Rsqrt> {
  static constexpr std::string_view name = "rsqrt";
  static constexpr Needs keeps = save_output;
  auto f(const auto& x) const { return 1 / sqrt(x); }
  auto df(const auto&, const auto& y) const { return -0.5 * (y * y * y); }
};

struct Reciprocal : Unary<Reciprocal> {
  static constexpr std::string_view name = "reciprocal";
  static constexpr Needs keeps = save_output;
  auto f(const auto& x) const { return 1 / x; }
  auto df(const auto&, const auto& y) const { return -(y * y); }
};

struct Hypot : Binary<Hypot> {
  static constexpr std::string_view name = "hypot";
  static constexpr bool always_floating = true;
  static constexpr bool commutes = true;
  static constexpr bool vector = false;
  static constexpr Needs saves(Needs) { return save_inputs | save_output; }
  auto f(const auto& a, const auto& b) const { return hypot(a, b); }
  Grads grads(const auto& s, const Tensor& g) const {
    const auto share = [](const auto& dy, const auto& x, const auto& y) {
      const auto zero = constant(y, 0);
      return where(y == zero, zero, dy) * (x / where(y == zero, constant(y, 1), y));
    };
    return {s.needs(0) ? pulled(share, g, s.first(), s.output()) : Tensor{},
            s.needs(1) ? pulled(share, g, s.second(), s.output()) : Tensor{}};
  }
};

void check_power(DType base, std::int64_t exponent) {
  check<DTypeError>(exponent >= 0,
                    "pow: {} to the negative integer power {}; convert to float32 first", base,
                    exponent);
}

/// a^b for integers by repeated squaring, which wraps around; b >= 0.
template <std::integral T>
T integer_power(T a, T b) {
  using U = Unsigned<T>;
  U result = 1;
  for (U base = static_cast<U>(a); b > 0; b = static_cast<T>(b / 2)) {
    if (b % 2 != 0) result = static_cast<U>(result * base);
    base = static_cast<U>(base * base);
  }
  return static_cast<T>(result);
}

struct Pow : Binary<Pow> {
  static constexpr std::string_view name = "pow";
  static constexpr bool vector = false;  // exp(b log a) of the batches isn't exact enough
  static constexpr Needs saves(Needs needs) {
    return save_inputs | (asks_for(needs, 1) ? save_output : save_nothing);
  }
  auto f(const auto& a, const auto& b) const {
    if constexpr (std::is_integral_v<std::remove_cvref_t<decltype(a)>>) {
      return integer_power(a, b);
    } else {
      return pow(a, b);
    }
  }
  /// What isn't chosen multiplies no gradient, and no gradient of a gradient: either may be
  /// infinite.
  Grads grads(const auto& s, const Tensor& g) const {
    const auto a = s.first();
    const auto b = s.second();
    Tensor to_a;
    Tensor to_b;
    if (s.needs(0)) {
      // Where a constant exponent has come down to 0, the power is 1 and stays so at every order:
      // nothing may ask for 1 / a. An exponent that varies says so only at a = 0.
      const bool varies = s.needs(1);
      to_a = pulled(scalar_text([varies](const auto& dy, const auto& x, const auto& n) {
                      const auto zero = constant(n, 0);
                      const auto flat = varies ? (n == zero) * (x == zero) : n == zero;
                      const auto slope = n * pow(x, where(flat, zero, n - 1));
                      return where(flat, zero, where(flat, zero, dy) * slope);
                    }),
                    g, a, b);
    }
    if (s.needs(1)) {
      to_b = pulled(scalar_text([](const auto& dy, const auto& x, const auto& n, const auto& y) {
                      const auto zero = constant(x, 0);
                      const auto one = constant(x, 1);
                      const auto flat = (x == zero) * (n >= zero);
                      const auto slope = y * log(where(flat, one, x));
                      return where(flat, zero, where(flat, zero, dy) * slope);
                    }),
                    g, a, b, power(s, g.dtype()));
    }
    return {to_a, to_b};
  }

  static DType type_beside(std::string_view operation, const Tensor& x, Scalar number, Side side) {
    const DType dtype = Binary::type_beside(operation, x, number, side);
    if (side == Side::right && !is_floating(dtype)) {
      check_power(x.dtype(), number.to<std::int64_t>());
    }
    return dtype;
  }

 private:
  /// a^b with the digits of `dtype`, which may be more than were saved.
  static Tensor power(const auto& s, DType dtype) {
    const Tensor y = s.output();
    return y.dtype() == dtype ? y : pow(as(dtype, s.first()), as(dtype, s.second()));
  }
};

/// None of a whole tensor of exponents may be negative.
void check_powers(DType base, const Tensor& b) {
  if (is_floating(b.dtype()) || b.dtype() == uint8 || b.dtype() == boolean) return;
  for (const std::int64_t e : b.to_vector<std::int64_t>()) check_power(base, e);
}

/// An exponent that the result's type can't hold would become another one.
void check_powers(const Tensor& a, const Tensor& b) {
  const DType dtype = result_type(a, b);
  if (is_floating(dtype) || b.dtype() == uint8 || b.dtype() == boolean) return;
  for (const std::int64_t e : b.to_vector<std::int64_t>()) {
    check_power(a.dtype(), e);
    if (dtype != b.dtype()) constant("pow", dtype, e);
  }
}

}  // namespace

Tensor sqrt(const Tensor& x) { return apply(Sqrt{}, x); }
Tensor square(const Tensor& x) {
  check_defined("square", x);
  return apply(Square{}, x.dtype() == boolean ? x.to(int64) : x);
}
Tensor rsqrt(const Tensor& x) { return apply(Rsqrt{}, x); }
Tensor reciprocal(const Tensor& x) { return apply(Reciprocal{}, x); }
Tensor hypot(const Tensor& a, const Tensor& b) { return apply(Hypot{}, a, b); }
Tensor hypot(const Tensor& a, Scalar b) {
  check_defined("hypot", a, b);
  return hypot(a, number_beside("hypot", a, b));
}
Tensor hypot(Scalar a, const Tensor& b) {
  check_defined("hypot", a, b);
  return hypot(number_beside("hypot", b, a), b);
}

Tensor pow(const Tensor& a, const Tensor& b) {
  check_defined("pow", a, b);
  check_powers(a, b);
  return apply(Pow{}, a, b);
}
Tensor pow(const Tensor& a, Scalar b) {
  check_defined("pow", a, b);
  if (b.to<double>() == 2) return square(a.to(promote(a.dtype(), b)));
  return apply_beside<Pow>(a, b);
}
Tensor pow(Scalar a, const Tensor& b) {
  check_defined("pow", a, b);
  if (!is_floating(promote(b.dtype(), a))) check_powers(b.dtype(), b);
  return apply_beside<Pow>(a, b);
}

}  // namespace tapegrad
