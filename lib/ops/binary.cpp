#include "tapegrad/ops/binary.hpp"

#include "ops/elementwise.hpp"
#include "ops/in_place.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"

namespace tapegrad {

using namespace kernels;

namespace {

struct Add : Binary<Add> {
  static constexpr std::string_view name = "add";
  static constexpr Needs saves(Needs) { return save_nothing; }
  auto f(const auto& a, const auto& b) const { return a + b; }
  Grads vjp(const Saved&, const Tensor& g) const { return {g, g}; }
};

struct Sub : Binary<Sub> {
  static constexpr std::string_view name = "sub";
  static constexpr Needs saves(Needs) { return save_nothing; }
  auto f(const auto& a, const auto& b) const { return a - b; }
  Grads vjp(const Saved& s, const Tensor& g) const { return {g, s.needs(1) ? -g : Tensor{}}; }
};

struct Mul : Binary<Mul> {
  static constexpr std::string_view name = "mul";
  static constexpr Needs saves(Needs needs) { return save_crosswise(needs); }
  auto f(const auto& a, const auto& b) const { return a * b; }
  Grads vjp(const Saved& s, const Tensor& g) const {
    return {s.needs(0) ? g * s[1] : Tensor{}, s.needs(1) ? g * s[0] : Tensor{}};
  }
};

struct Div : Binary<Div> {
  static constexpr std::string_view name = "div";
  static constexpr bool always_floating = true;
  static constexpr Needs saves(Needs needs) { return save_input(1) | save_crosswise(needs); }
  auto f(const auto& a, const auto& b) const { return a / b; }
  Grads vjp(const Saved& s, const Tensor& g) const {
    const Tensor to_a = g / s[1];
    return {to_a, s.needs(1) ? -(to_a * (s[0] / s[1])) : Tensor{}};
  }
};

/// a^b for integers by repeated squaring; b >= 0.
template <std::integral T>
T integer_power(T a, T b) {
  T result = 1;
  for (; b > 0; b = static_cast<T>(b / 2)) {
    if (b % 2 != 0) result = static_cast<T>(result * a);
    a = static_cast<T>(a * a);
  }
  return result;
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
  Grads vjp(const Saved& s, const Tensor& g) const {
    const Tensor a = s[0];
    const Tensor b = s[1];
    Tensor to_a;
    Tensor to_b;
    if (s.needs(0)) {
      // Where a constant exponent has come down to 0, the power is 1 and stays so at every order:
      // nothing may ask for 1 / a. An exponent that varies says so only at a = 0.
      const bool varies = s.needs(1);
      to_a = pulled(scalar_text([varies](const auto& dy, const auto& x, const auto& n) {
                      const auto zero = constant(n, 0);
                      const auto flat = varies ? (n == zero) * (x == zero) : n == zero;
                      return where(flat, zero, dy * (n * pow(x, where(flat, zero, n - 1))));
                    }),
                    g, a, b);
    }
    if (s.needs(1)) {
      to_b = pulled(scalar_text([](const auto& dy, const auto& x, const auto& n, const auto& y) {
                      const auto zero = constant(x, 0);
                      const auto one = constant(x, 1);
                      const auto flat = (x == zero) * (n >= zero);
                      return where(flat, zero, dy * (y * log(where(flat, one, x))));
                    }),
                    g, a, b, s.output());
    }
    return {to_a, to_b};
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

/// Which::wins(a, b) says which number is chosen.
template <class Which>
struct Extremum : Binary<Which> {
  static constexpr Needs saves(Needs) { return save_inputs; }
  Grads vjp(const Saved& s, const Tensor& g) const {
    const auto share = [](const auto& dy, const auto& first, const auto& second) {
      return share_of(dy, first, second,
                      [](const auto& a, const auto& b) { return Which::wins(a, b); });
    };
    const Tensor a = s[0];
    const Tensor b = s[1];
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

/// What copy_ and fill_ are: the second operand, in the place of the first.
struct Assign : Binary<Assign> {
  static constexpr std::string_view name = "copy";
  static constexpr Needs saves(Needs) { return save_nothing; }
  auto f(const auto&, const auto& b) const { return b; }
  Grads vjp(const Saved&, const Tensor& g) const { return {Tensor{}, g}; }
};

void refuse_boolean(const Tensor& a, const Tensor& b) {
  check<DTypeError>(result_type(a, b) != boolean,
                    "sub: boolean tensors of shapes {} and {}; use != for exclusive or", a.shape(),
                    b.shape());
}

void check_power(const Tensor& a, const Tensor& b) {
  if (is_floating(result_type(a, b)) || b.dtype() == uint8 || b.dtype() == boolean) return;
  const std::vector<std::int64_t> exponents = b.to_vector<std::int64_t>();
  for (const std::int64_t e : exponents) {
    check<DTypeError>(e >= 0, "pow: {} to the negative integer power {}; convert to float32 first",
                      a.dtype(), e);
  }
}

}  // namespace

Tensor operator+(const Tensor& a, const Tensor& b) { return apply(Add{}, a, b); }
Tensor operator+(const Tensor& a, Scalar b) { return a + constant(a, b); }
Tensor operator+(Scalar a, const Tensor& b) { return constant(b, a) + b; }

Tensor operator-(const Tensor& a, const Tensor& b) {
  refuse_boolean(a, b);
  return apply(Sub{}, a, b);
}
Tensor operator-(const Tensor& a, Scalar b) { return a - constant(a, b); }
Tensor operator-(Scalar a, const Tensor& b) { return constant(b, a) - b; }

Tensor operator*(const Tensor& a, const Tensor& b) { return apply(Mul{}, a, b); }
Tensor operator*(const Tensor& a, Scalar b) { return a * constant(a, b); }
Tensor operator*(Scalar a, const Tensor& b) { return constant(b, a) * b; }

Tensor operator/(const Tensor& a, const Tensor& b) { return apply(Div{}, a, b); }
Tensor operator/(const Tensor& a, Scalar b) { return a / constant(a, b); }
Tensor operator/(Scalar a, const Tensor& b) { return constant(b, a) / b; }

Tensor pow(const Tensor& a, const Tensor& b) {
  check_power(a, b);
  return apply(Pow{}, a, b);
}
Tensor pow(const Tensor& a, Scalar b) {
  if (b.to<double>() == 2) return square(a.to(promote(a.dtype(), b)));
  return pow(a, constant(a, b));
}
Tensor pow(Scalar a, const Tensor& b) { return pow(constant(b, a), b); }

Tensor maximum(const Tensor& a, const Tensor& b) { return apply(Maximum{}, a, b); }
Tensor minimum(const Tensor& a, const Tensor& b) { return apply(Minimum{}, a, b); }

Tensor& Tensor::add_(const Tensor& other) { return apply_in_place(Add{}, *this, other); }
Tensor& Tensor::sub_(const Tensor& other) {
  refuse_boolean(*this, other);
  return apply_in_place(Sub{}, *this, other);
}
Tensor& Tensor::mul_(const Tensor& other) { return apply_in_place(Mul{}, *this, other); }
Tensor& Tensor::div_(const Tensor& other) { return apply_in_place(Div{}, *this, other); }
Tensor& Tensor::operator+=(Scalar other) { return add_(constant(*this, other)); }
Tensor& Tensor::operator-=(Scalar other) { return sub_(constant(*this, other)); }
Tensor& Tensor::operator*=(Scalar other) { return mul_(constant(*this, other)); }
Tensor& Tensor::operator/=(Scalar other) { return div_(constant(*this, other)); }

Tensor& Tensor::copy_(const Tensor& source) {
  return apply_in_place(Assign{}, *this, source.to(dtype()));
}

Tensor& Tensor::fill_(Scalar value) { return copy_(full({}, value, {.dtype = dtype()})); }

}  // namespace tapegrad
