#include "tapegrad/ops/binary.hpp"

#include "ops/assign.hpp"
#include "ops/beside.hpp"
#include "ops/in_place.hpp"
#include "tapegrad/ops/pointwise.hpp"

namespace tapegrad {

using namespace kernels;

namespace {

struct Add : Binary<Add> {
  static constexpr std::string_view name = "add";
  static constexpr bool commutes = true;
  static constexpr bool wraps = true;
  static constexpr Needs saves(Needs) { return save_nothing; }
  auto f(const auto& a, const auto& b) const { return a + b; }
  Grads grads(const auto& s, const Tensor& g) const {
    return {s.needs(0) ? g : Tensor{}, s.needs(1) ? g : Tensor{}};
  }
};

struct Sub : Binary<Sub> {
  static constexpr std::string_view name = "sub";
  static constexpr bool wraps = true;
  static constexpr Needs saves(Needs) { return save_nothing; }
  auto f(const auto& a, const auto& b) const { return a - b; }
  Grads grads(const auto& s, const Tensor& g) const {
    return {s.needs(0) ? g : Tensor{}, s.needs(1) ? -g : Tensor{}};
  }
  static DType type_of(std::string_view operation, const Tensor& a, const Tensor& b) {
    const DType dtype = Binary::type_of(operation, a, b);
    if (dtype == boolean) refuse_boolean(operation, a);
    return dtype;
  }
  static DType type_beside(std::string_view operation, const Tensor& x, Scalar number, Side side) {
    const DType dtype = Binary::type_beside(operation, x, number, side);
    if (dtype == boolean) refuse_boolean(operation, x);
    return dtype;
  }

 private:
  [[noreturn]] static void refuse_boolean(std::string_view operation, const Tensor& x) {
    fail<DTypeError>("{}: booleans, one operand of shape {}; use != for exclusive or", operation,
                     x.shape());
  }
};

struct Mul : Binary<Mul> {
  static constexpr std::string_view name = "mul";
  static constexpr bool commutes = true;
  static constexpr bool wraps = true;
  static constexpr Needs saves(Needs needs) { return save_crosswise(needs); }
  auto f(const auto& a, const auto& b) const { return a * b; }
  Grads grads(const auto& s, const Tensor& g) const {
    return {s.needs(0) ? g * s.second() : Tensor{}, s.needs(1) ? g * s.first() : Tensor{}};
  }
};

struct Div : Binary<Div> {
  static constexpr std::string_view name = "div";
  static constexpr bool always_floating = true;
  static constexpr Needs saves(Needs needs) { return save_input(1) | save_crosswise(needs); }
  auto f(const auto& a, const auto& b) const { return a / b; }
  Grads grads(const auto& s, const Tensor& g) const {
    const auto to_b = [](const auto& dy, const auto& a, const auto& b) {
      return -((dy / b) * (a / b));
    };
    return {s.needs(0) ? g / s.second() : Tensor{},
            s.needs(1) ? pulled(to_b, g, s.first(), s.second()) : Tensor{}};
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

/// An operand in another type: a number takes any.
Tensor as(DType dtype, const Tensor& x) { return x.to(dtype); }
Scalar as(DType, Scalar number) { return number; }

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

/// The gradient to the first of two numbers, one of which was chosen: half where they are equal,
/// and NaN beats every number. `wins` tells whether the first does among numbers.
auto share_of(const auto& g, const auto& first, const auto& second, const auto& wins) {
  const auto zero = constant(g, 0);
  const auto half = 0.5 * g;
  const auto among_nan = where(first == first, zero, where(second == second, g, half));
  const auto no_winner = where(first == second, half, among_nan);
  return where(wins(first, second), g, where(wins(second, first), zero, no_winner));
}

DType meeting(const Tensor& a, const Tensor& b) { return result_type(a, b); }
DType meeting(const Tensor& a, Scalar b) { return promote(a.dtype(), b); }

/// Which::wins(a, b) says which number is chosen.
template <class Which>
struct Extremum : Binary<Which> {
  static constexpr bool commutes = true;
  static constexpr Needs saves(Needs) { return save_inputs; }
  Grads grads(const auto& s, const Tensor& g) const {
    const auto share = [](const auto& dy, const auto& first, const auto& second) {
      return share_of(dy, first, second,
                      [](const auto& a, const auto& b) { return Which::wins(a, b); });
    };
    // Compared in the type in which they met.
    const DType met = meeting(s.first(), s.second());
    const auto a = as(met, s.first());
    const auto b = as(met, s.second());
    return {s.needs(0) ? pulled(share, g, a, b) : Tensor{},
            s.needs(1) ? pulled(share, g, b, a) : Tensor{}};
  }
};

struct Maximum : Extremum<Maximum> {
  static constexpr std::string_view name = "maximum";
  static auto wins(const auto& a, const auto& b) { return a > b; }
  auto f(const auto& a, const auto& b) const { return maximum(a, b); }
};

struct Minimum : Extremum<Minimum> {
  static constexpr std::string_view name = "minimum";
  static auto wins(const auto& a, const auto& b) { return a < b; }
  auto f(const auto& a, const auto& b) const { return minimum(a, b); }
};

struct Copy : Assign<Copy> {
  static constexpr std::string_view name = "copy";
};
struct Fill : Assign<Fill> {
  static constexpr std::string_view name = "fill";
};
struct Zero : Assign<Zero> {
  static constexpr std::string_view name = "zero";
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

template <class Op>
Tensor& apply_beside_in_place(Tensor& self, Scalar number) {
  return apply_in_place(Beside<Op, Side::right>{number}, self);
}

}  // namespace

Tensor operator+(const Tensor& a, const Tensor& b) { return apply(Add{}, a, b); }
Tensor operator+(const Tensor& a, Scalar b) { return apply_beside<Add>(a, b); }
Tensor operator+(Scalar a, const Tensor& b) { return apply_beside<Add>(a, b); }

Tensor operator-(const Tensor& a, const Tensor& b) { return apply(Sub{}, a, b); }
Tensor operator-(const Tensor& a, Scalar b) { return apply_beside<Sub>(a, b); }
Tensor operator-(Scalar a, const Tensor& b) { return apply_beside<Sub>(a, b); }

Tensor operator*(const Tensor& a, const Tensor& b) { return apply(Mul{}, a, b); }
Tensor operator*(const Tensor& a, Scalar b) { return apply_beside<Mul>(a, b); }
Tensor operator*(Scalar a, const Tensor& b) { return apply_beside<Mul>(a, b); }

Tensor operator/(const Tensor& a, const Tensor& b) { return apply(Div{}, a, b); }
Tensor operator/(const Tensor& a, Scalar b) { return apply_beside<Div>(a, b); }
Tensor operator/(Scalar a, const Tensor& b) { return apply_beside<Div>(a, b); }

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

Tensor maximum(const Tensor& a, const Tensor& b) { return apply(Maximum{}, a, b); }
Tensor maximum(const Tensor& a, Scalar b) { return apply_beside<Maximum>(a, b); }
Tensor maximum(Scalar a, const Tensor& b) { return apply_beside<Maximum>(a, b); }
Tensor minimum(const Tensor& a, const Tensor& b) { return apply(Minimum{}, a, b); }
Tensor minimum(const Tensor& a, Scalar b) { return apply_beside<Minimum>(a, b); }
Tensor minimum(Scalar a, const Tensor& b) { return apply_beside<Minimum>(a, b); }

Tensor& Tensor::add_(const Tensor& other) { return apply_in_place(Add{}, *this, other); }
Tensor& Tensor::sub_(const Tensor& other) { return apply_in_place(Sub{}, *this, other); }
Tensor& Tensor::mul_(const Tensor& other) { return apply_in_place(Mul{}, *this, other); }
Tensor& Tensor::div_(const Tensor& other) { return apply_in_place(Div{}, *this, other); }
Tensor& Tensor::operator+=(Scalar other) { return apply_beside_in_place<Add>(*this, other); }
Tensor& Tensor::operator-=(Scalar other) { return apply_beside_in_place<Sub>(*this, other); }
Tensor& Tensor::operator*=(Scalar other) { return apply_beside_in_place<Mul>(*this, other); }
Tensor& Tensor::operator/=(Scalar other) { return apply_beside_in_place<Div>(*this, other); }

Tensor& Tensor::copy_(const Tensor& source) {
  check_defined_self("copy_", *this, source);
  return apply_in_place(Copy{}, *this, source.to(dtype()));
}

Tensor& Tensor::fill_(Scalar value) { return apply_beside_in_place<Fill>(*this, value); }
Tensor& Tensor::zero_() { return apply_beside_in_place<Zero>(*this, 0); }

}  // namespace tapegrad
