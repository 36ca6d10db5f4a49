#include "tapegrad/ops/pointwise/rounding.hpp"

#include <cmath>

#include "core/speaking.hpp"
#include "ops/beside.hpp"
#include "ops/floating.hpp"
#include "ops/value_check.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/reduce.hpp"

namespace tapegrad {

using namespace kernels;

namespace {

/// A step function of a floating-point number: its derivative is 0.
template <class Op>
struct Step : Unary<Op> {
  static constexpr Needs keeps = save_nothing;
  Grads vjp(const Saved&, const Tensor& g) const { return {zeros_like(g)}; }
};

struct Floor : Step<Floor> {
  static constexpr std::string_view name = "floor";
  auto f(const auto& x) const { return floor(x); }
};

struct Ceil : Step<Ceil> {
  static constexpr std::string_view name = "ceil";
  auto f(const auto& x) const { return ceil(x); }
};

struct Round : Step<Round> {
  static constexpr std::string_view name = "round";
  auto f(const auto& x) const { return round(x); }
};

struct Trunc : Step<Trunc> {
  static constexpr std::string_view name = "trunc";
  auto f(const auto& x) const { return trunc(x); }
};

/// Integers are whole already.
template <class Op>
Tensor stepped(const Tensor& x) {
  check_defined(Op::name, x);
  return is_floating(x.dtype()) ? apply(Op{}, x) : x.clone();
}

/// Division with a remainder: Op::whole(a, b) for integers other than a / 0 and a / -1.
template <class Op>
struct Division : Binary<Op> {
  static constexpr bool vector = false;
  auto f(const auto& a, const auto& b) const {
    using T = std::remove_cvref_t<decltype(a)>;
    if constexpr (std::floating_point<T>) {
      return Op::real(a, b);
    } else if constexpr (std::same_as<T, bool>) {
      return false;
    } else {
      // The least integer divided by -1 would overflow.
      if (b == 0) return T(0);
      if constexpr (std::signed_integral<T>) {
        if (b == -1) return Op::by_minus_one(a);
      }
      return Op::whole(a, b);
    }
  }
  static DType type_of(std::string_view operation, const Tensor& a, const Tensor& b) {
    return checked(operation, Binary<Op>::type_of(operation, a, b));
  }
  static DType type_beside(std::string_view operation, const Tensor& x, Scalar number, Side side) {
    return checked(operation, Binary<Op>::type_beside(operation, x, number, side));
  }

 private:
  static DType checked(std::string_view operation, DType dtype) {
    check<DTypeError>(dtype != boolean, "{}: booleans; convert one with to(int64)", operation);
    return dtype;
  }
};

/// Of a remainder: a less a whole multiple of b, and that multiple is known from the result.
Grads remainder_grads(const auto& s, const Tensor& g) {
  Tensor to_b;
  if (s.needs(1)) to_b = -(g * round((s.first() - s.output()) / s.second()));
  return {s.needs(0) ? g : Tensor{}, to_b};
}

struct Remainder : Division<Remainder> {
  static constexpr std::string_view name = "remainder";
  static constexpr Needs saves(Needs needs) {
    return asks_for(needs, 1) ? save_inputs | save_output : save_nothing;
  }
  template <std::floating_point T>
  static T real(T a, T b) {
    const T rest = kernels::fmod(a, b);
    return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
  }
  template <std::integral T>
  static T whole(T a, T b) {
    const T rest = static_cast<T>(a % b);
    return rest != 0 && (rest < 0) != (b < 0) ? static_cast<T>(rest + b) : rest;
  }
  template <class T>
  static T by_minus_one(T) {
    return 0;
  }
  Grads grads(const auto& s, const Tensor& g) const { return remainder_grads(s, g); }
};

struct Fmod : Division<Fmod> {
  static constexpr std::string_view name = "fmod";
  static constexpr Needs saves(Needs needs) { return Remainder::saves(needs); }
  template <std::floating_point T>
  static T real(T a, T b) {
    return kernels::fmod(a, b);
  }
  template <std::integral T>
  static T whole(T a, T b) {
    return static_cast<T>(a % b);
  }
  template <class T>
  static T by_minus_one(T) {
    return 0;
  }
  Grads grads(const auto& s, const Tensor& g) const { return remainder_grads(s, g); }
};

struct FloorDivide : Division<FloorDivide> {
  static constexpr std::string_view name = "floor_divide";
  static constexpr Needs saves(Needs) { return save_nothing; }
  /// What a / b rounds to may be the next whole number, so it is made of the remainder.
  template <std::floating_point T>
  static T real(T a, T b) {
    if (b == 0) return a / b;
    const T rest = kernels::fmod(a, b);
    const T down = rest != 0 && (rest < 0) != (b < 0) ? T(1) : T(0);
    const T quotient = std::nearbyint((a - rest) / b) - down;
    return quotient == 0 ? std::copysign(quotient, a / b) : quotient;
  }
  template <std::integral T>
  static T whole(T a, T b) {
    const T quotient = static_cast<T>(a / b);
    return a % b != 0 && (a < 0) != (b < 0) ? static_cast<T>(quotient - 1) : quotient;
  }
  template <class T>
  static T by_minus_one(T a) {
    return static_cast<T>(0 - Unsigned<T>(a));
  }
  Grads grads(const auto& s, const Tensor& g) const {
    return {s.needs(0) ? zeros_like(g) : Tensor{}, s.needs(1) ? zeros_like(g) : Tensor{}};
  }
};

/// Booleans are refused later.
bool of_integers(DType dtype) { return kind_of(dtype) == 1; }

[[noreturn]] void refuse_zero(std::string_view operation) {
  fail<Error>("{}: an integer divided by 0", operation);
}

struct RefuseZeros {
  std::string_view operation;
  void operator()(const Tensor& divisor) const {
    if (any(divisor == 0).item<bool>()) refuse_zero(operation);
  }
};

/// Throws for a zero among integers.
void check_divisor(std::string_view operation, const Tensor& a, const Tensor& b) {
  if (of_integers(result_type(a, b))) check_values(RefuseZeros{operation}, b);
}
void check_divisor(std::string_view operation, const Tensor& a, Scalar b) {
  if (of_integers(promote(a.dtype(), b)) && b.to<double>() == 0) refuse_zero(operation);
}

template <class Op>
Tensor divided(const Tensor& a, const Tensor& b) {
  check_defined(Op::name, a, b);
  check_divisor(Op::name, a, b);
  return apply(Op{}, a, b);
}
template <class Op>
Tensor divided(const Tensor& a, Scalar b) {
  check_defined(Op::name, a, b);
  check_divisor(Op::name, a, b);
  return apply_beside<Op>(a, b);
}
template <class Op>
Tensor divided(Scalar a, const Tensor& b) {
  check_defined(Op::name, a, b);
  if (of_integers(promote(b.dtype(), a))) check_values(RefuseZeros{Op::name}, b);
  return apply_beside<Op>(a, b);
}

/// Of operands that meet in `dtype`; the second is a tensor or a number.
Tensor rounded_quotient(const Tensor& a, const auto& b, DType dtype, std::string_view mode) {
  check<Error>(mode == "floor" || mode == "trunc",
               "div: there is no rounding mode \"{}\"; use \"floor\" or \"trunc\"", mode);
  check<DTypeError>(dtype != boolean, "div: booleans; convert one with to(int64)");
  check_divisor("div", a, b);
  return speaking_as("div", [&] {
    if (mode == "floor") return floor_divide(a, b);
    if (is_floating(dtype)) return trunc(a / b);
    return floor_divide(a - fmod(a, b), b);  // without a remainder there is nothing to round
  });
}

}  // namespace

Tensor floor(const Tensor& x) { return stepped<Floor>(x); }
Tensor ceil(const Tensor& x) { return stepped<Ceil>(x); }
Tensor trunc(const Tensor& x) { return stepped<Trunc>(x); }
Tensor round(const Tensor& x, std::int64_t decimals) {
  if (decimals == 0) return stepped<Round>(x);
  check_floating("round", x);
  const double unit = std::pow(10.0, static_cast<double>(std::abs(decimals)));
  return decimals > 0 ? apply(Round{}, x * unit) / unit : apply(Round{}, x / unit) * unit;
}
Tensor frac(const Tensor& x) {
  check_defined("frac", x);
  const Tensor real = as_floating(x);
  return real - trunc(real);
}

Tensor remainder(const Tensor& a, const Tensor& b) { return divided<Remainder>(a, b); }
Tensor remainder(const Tensor& a, Scalar b) { return divided<Remainder>(a, b); }
Tensor remainder(Scalar a, const Tensor& b) { return divided<Remainder>(a, b); }
Tensor fmod(const Tensor& a, const Tensor& b) { return divided<Fmod>(a, b); }
Tensor fmod(const Tensor& a, Scalar b) { return divided<Fmod>(a, b); }
Tensor fmod(Scalar a, const Tensor& b) { return divided<Fmod>(a, b); }
Tensor floor_divide(const Tensor& a, const Tensor& b) { return divided<FloorDivide>(a, b); }
Tensor floor_divide(const Tensor& a, Scalar b) { return divided<FloorDivide>(a, b); }
Tensor floor_divide(Scalar a, const Tensor& b) { return divided<FloorDivide>(a, b); }

Tensor div(const Tensor& a, const Tensor& b, std::string_view rounding_mode) {
  check_defined("div", a, b, rounding_mode);
  return rounded_quotient(a, b, result_type(a, b), rounding_mode);
}
Tensor div(const Tensor& a, Scalar b, std::string_view rounding_mode) {
  check_defined("div", a, b, rounding_mode);
  return rounded_quotient(a, b, promote(a.dtype(), b), rounding_mode);
}

Tensor operator%(const Tensor& a, const Tensor& b) { return remainder(a, b); }
Tensor operator%(const Tensor& a, Scalar b) { return remainder(a, b); }
Tensor operator%(Scalar a, const Tensor& b) { return remainder(a, b); }

}  // namespace tapegrad
