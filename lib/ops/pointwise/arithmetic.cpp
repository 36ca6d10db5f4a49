#include "tapegrad/ops/pointwise/arithmetic.hpp"

#include "core/speaking.hpp"
#include "ops/beside_in_place.hpp"

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

struct Negative {
  template <class V>
  auto operator()(const V& v) const {
    if constexpr (std::is_integral_v<V>) return -v;
    // For AVX-512 xsimd's minus subtracts from 0, which makes 0 of 0, and not -0.
    if constexpr (!std::is_integral_v<V>) return v * constant(v, -1);
  }
};

struct Neg {
  static constexpr std::string_view name = "neg";
  static constexpr bool any_layout = true;
  static constexpr bool each_element = true;
  static constexpr Needs saves(Needs) { return save_nothing; }
  Like result(const Tensor& x) const { return like(x); }
  void into(const Tensor& y, const Tensor& x) const {
    dispatch(x.dtype(), [&]<class T>(std::type_identity<T>) {
      if constexpr (!std::is_same_v<T, bool>) {
        using C = Unsigned<T>;  // the least integer stays
        map<C, C>(Negative{}, {ref(y), ref(x)});
      }
    });
  }
  DenseLoop dense_loop(DType dtype) const {
    return DenseLoop::of(dense_call<1, Negative>(dtype), Negative{});
  }
  Grads vjp(const Saved&, const Tensor& g) const { return {-g}; }
};

/// alpha x in the type of a result that x is a part of.
Tensor times(std::string_view operation, const Tensor& x, Scalar alpha, DType dtype) {
  check<DTypeError>(promote(dtype, alpha) == dtype,
                    "{}: alpha is {} beside {}; convert a tensor with to()", operation,
                    alpha.to<double>(), dtype);
  return speaking_as(operation, [&] { return x.to(dtype) * alpha; });
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

Tensor add(const Tensor& a, const Tensor& b) { return a + b; }
Tensor add(const Tensor& a, Scalar b) { return a + b; }
Tensor sub(const Tensor& a, const Tensor& b) { return a - b; }
Tensor sub(const Tensor& a, Scalar b) { return a - b; }
Tensor mul(const Tensor& a, const Tensor& b) { return a * b; }
Tensor mul(const Tensor& a, Scalar b) { return a * b; }
Tensor div(const Tensor& a, const Tensor& b) { return a / b; }
Tensor div(const Tensor& a, Scalar b) { return a / b; }
Tensor add(const Tensor& a, const Tensor& b, Scalar alpha) {
  check_defined("add", a, b, alpha);
  return a + times("add", b, alpha, result_type(a, b));
}
Tensor sub(const Tensor& a, const Tensor& b, Scalar alpha) {
  check_defined("sub", a, b, alpha);
  return a - times("sub", b, alpha, result_type(a, b));
}

Tensor operator-(const Tensor& x) {
  check_defined("neg", x);
  check<DTypeError>(x.dtype() != boolean,
                    "neg: a boolean tensor of shape {}; compare with == false", x.shape());
  return apply(Neg{}, x);
}

Tensor neg(const Tensor& x) { return -x; }

Tensor lerp(const Tensor& start, const Tensor& end, const Tensor& weight) {
  check_defined("lerp", start, end, weight);
  return speaking_as("lerp", [&] {
    // From the nearer end, so that both are reached.
    const Tensor low = weight < 0.5;
    return where(low, start, end) + where(low, weight, weight - 1) * (end - start);
  });
}
Tensor lerp(const Tensor& start, const Tensor& end, Scalar weight) {
  check_defined("lerp", start, end, weight);
  const double w = weight.to<double>();
  return speaking_as("lerp", [&] {
    return w < 0.5 ? start + weight * (end - start) : end + (w - 1) * (end - start);
  });
}
Tensor addcmul(const Tensor& x, const Tensor& a, const Tensor& b, Scalar value) {
  check_defined("addcmul", x, a, b, value);
  return speaking_as("addcmul",
                     [&] { return value.to<double>() == 1 ? x + a * b : x + value * (a * b); });
}
Tensor addcdiv(const Tensor& x, const Tensor& a, const Tensor& b, Scalar value) {
  check_defined("addcdiv", x, a, b, value);
  return speaking_as("addcdiv",
                     [&] { return value.to<double>() == 1 ? x + a / b : x + value * (a / b); });
}

Tensor& Tensor::add_(const Tensor& other) { return apply_in_place(Add{}, *this, other); }
Tensor& Tensor::sub_(const Tensor& other) { return apply_in_place(Sub{}, *this, other); }
Tensor& Tensor::add_(const Tensor& other, Scalar alpha) {
  check_defined_self("add_", *this, other, alpha);
  return add_(times("add_", other, alpha, result_type(*this, other)));
}
Tensor& Tensor::sub_(const Tensor& other, Scalar alpha) {
  check_defined_self("sub_", *this, other, alpha);
  return sub_(times("sub_", other, alpha, result_type(*this, other)));
}
Tensor& Tensor::mul_(const Tensor& other) { return apply_in_place(Mul{}, *this, other); }
Tensor& Tensor::div_(const Tensor& other) { return apply_in_place(Div{}, *this, other); }
Tensor& Tensor::operator+=(Scalar other) { return apply_beside_in_place<Add>(*this, other); }
Tensor& Tensor::operator-=(Scalar other) { return apply_beside_in_place<Sub>(*this, other); }
Tensor& Tensor::operator*=(Scalar other) { return apply_beside_in_place<Mul>(*this, other); }
Tensor& Tensor::operator/=(Scalar other) { return apply_beside_in_place<Div>(*this, other); }

}  // namespace tapegrad
