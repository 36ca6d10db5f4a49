#include "tapegrad/ops/pointwise/logical.hpp"

#include <limits>

#include "core/speaking.hpp"
#include "ops/elementwise.hpp"
#include "tapegrad/ops/pointwise/compare.hpp"

namespace tapegrad {

using namespace kernels;

namespace {

void check_bits(std::string_view operation, DType dtype, bool booleans) {
  check<DTypeError>(!is_floating(dtype) && (booleans || dtype != boolean),
                    "{}: {} elements; needs integers{}", operation, dtype,
                    booleans ? " or booleans" : "");
}

/// An operation of two tensors of integers or, where Op::booleans says so, of booleans.
template <class Op>
struct OfBits {
  static constexpr bool booleans = true;
  static constexpr bool any_layout = true;
  static constexpr bool each_element = true;

  Meta result(const Tensor& a, const Tensor& b) const {
    const DType dtype = result_type(a, b);
    check_bits(Op::name, dtype, Op::booleans);
    return {dtype, broadcast_for(Op::name, a.shape(), b.shape())};
  }
  void into(const Tensor& out, const Tensor& a, const Tensor& b) const {
    const DType dtype = out.dtype();
    dispatch(dtype, [&]<class T>(std::type_identity<T>) {
      if constexpr (std::integral<T> && (Op::booleans || !std::same_as<T, bool>)) {
        map<T, T, T>(
            [](T x, T y) { return static_cast<T>(Op::f(x, y)); },
            {ref(out), Operand(a, dtype, out.shape()).ref(), Operand(b, dtype, out.shape()).ref()});
      }
    });
  }
};

struct And : OfBits<And> {
  static constexpr std::string_view name = "bitwise_and";
  static auto f(auto a, auto b) { return a & b; }
};

struct Or : OfBits<Or> {
  static constexpr std::string_view name = "bitwise_or";
  static auto f(auto a, auto b) { return a | b; }
};

struct Xor : OfBits<Xor> {
  static constexpr std::string_view name = "bitwise_xor";
  static auto f(auto a, auto b) { return a ^ b; }
};

/// How many bits a shift by b moves by, as long as T has so many.
template <std::integral T>
bool is_shift(T b) {
  return b >= 0 && b < static_cast<T>(sizeof(T) * 8);
}

struct LeftShift : OfBits<LeftShift> {
  static constexpr std::string_view name = "bitwise_left_shift";
  static constexpr bool booleans = false;
  template <class T>
  static T f(T a, T b) {
    return is_shift(b) ? static_cast<T>(Unsigned<T>(a) << b) : T(0);
  }
};

struct RightShift : OfBits<RightShift> {
  static constexpr std::string_view name = "bitwise_right_shift";
  static constexpr bool booleans = false;
  template <class T>
  static T f(T a, T b) {
    constexpr T most = sizeof(T) * 8 - 1;
    return static_cast<T>(a >> (is_shift(b) ? b : most));
  }
};

struct Not {
  static constexpr std::string_view name = "bitwise_not";
  static constexpr bool any_layout = true;
  static constexpr bool each_element = true;
  Like result(const Tensor& x) const {
    check_bits(name, x.dtype(), true);
    return like(x);
  }
  void into(const Tensor& out, const Tensor& x) const {
    dispatch(out.dtype(), [&]<class T>(std::type_identity<T>) {
      if constexpr (std::integral<T>) {
        // All bits set, of a boolean the only one.
        constexpr T all = std::same_as<T, bool> ? T(1) : static_cast<T>(-1);
        map<T, T>([](T v) { return static_cast<T>(v ^ all); }, {ref(out), ref(x)});
      }
    });
  }
};

/// A number beside x, as a tensor of rank 0.
template <class Op>
Tensor beside(const Tensor& x, Scalar number) {
  const DType dtype = promote(x.dtype(), number);
  check_bits(Op::name, dtype, Op::booleans);
  return constant(Op::name, dtype, number);
}
template <class Op>
Tensor of_bits(const Tensor& a, Scalar b) {
  check_defined(Op::name, a, b);
  return apply(Op{}, a, beside<Op>(a, b));
}
template <class Op>
Tensor of_bits(Scalar a, const Tensor& b) {
  check_defined(Op::name, a, b);
  return apply(Op{}, beside<Op>(b, a), b);
}

/// Where x is other than 0.
Tensor truth(const Tensor& x) { return x.dtype() == boolean ? x : x != 0; }

}  // namespace

Tensor logical_and(const Tensor& a, const Tensor& b) {
  check_defined("logical_and", a, b);
  return speaking_as("logical_and", [&] { return truth(a) & truth(b); });
}
Tensor logical_or(const Tensor& a, const Tensor& b) {
  check_defined("logical_or", a, b);
  return speaking_as("logical_or", [&] { return truth(a) | truth(b); });
}
Tensor logical_xor(const Tensor& a, const Tensor& b) {
  check_defined("logical_xor", a, b);
  return speaking_as("logical_xor", [&] { return truth(a) ^ truth(b); });
}
Tensor logical_not(const Tensor& x) {
  check_defined("logical_not", x);
  return x == 0;
}

Tensor bitwise_and(const Tensor& a, const Tensor& b) { return apply(And{}, a, b); }
Tensor bitwise_and(const Tensor& a, Scalar b) { return of_bits<And>(a, b); }
Tensor bitwise_and(Scalar a, const Tensor& b) { return of_bits<And>(a, b); }
Tensor bitwise_or(const Tensor& a, const Tensor& b) { return apply(Or{}, a, b); }
Tensor bitwise_or(const Tensor& a, Scalar b) { return of_bits<Or>(a, b); }
Tensor bitwise_or(Scalar a, const Tensor& b) { return of_bits<Or>(a, b); }
Tensor bitwise_xor(const Tensor& a, const Tensor& b) { return apply(Xor{}, a, b); }
Tensor bitwise_xor(const Tensor& a, Scalar b) { return of_bits<Xor>(a, b); }
Tensor bitwise_xor(Scalar a, const Tensor& b) { return of_bits<Xor>(a, b); }
Tensor bitwise_left_shift(const Tensor& a, const Tensor& b) { return apply(LeftShift{}, a, b); }
Tensor bitwise_left_shift(const Tensor& a, Scalar b) { return of_bits<LeftShift>(a, b); }
Tensor bitwise_left_shift(Scalar a, const Tensor& b) { return of_bits<LeftShift>(a, b); }
Tensor bitwise_right_shift(const Tensor& a, const Tensor& b) { return apply(RightShift{}, a, b); }
Tensor bitwise_right_shift(const Tensor& a, Scalar b) { return of_bits<RightShift>(a, b); }
Tensor bitwise_right_shift(Scalar a, const Tensor& b) { return of_bits<RightShift>(a, b); }
Tensor bitwise_not(const Tensor& x) { return apply(Not{}, x); }

Tensor operator&(const Tensor& a, const Tensor& b) { return bitwise_and(a, b); }
Tensor operator&(const Tensor& a, Scalar b) { return bitwise_and(a, b); }
Tensor operator&(Scalar a, const Tensor& b) { return bitwise_and(a, b); }
Tensor operator|(const Tensor& a, const Tensor& b) { return bitwise_or(a, b); }
Tensor operator|(const Tensor& a, Scalar b) { return bitwise_or(a, b); }
Tensor operator|(Scalar a, const Tensor& b) { return bitwise_or(a, b); }
Tensor operator^(const Tensor& a, const Tensor& b) { return bitwise_xor(a, b); }
Tensor operator^(const Tensor& a, Scalar b) { return bitwise_xor(a, b); }
Tensor operator^(Scalar a, const Tensor& b) { return bitwise_xor(a, b); }
Tensor operator~(const Tensor& x) { return bitwise_not(x); }
Tensor operator!(const Tensor& x) { return logical_not(x); }

}  // namespace tapegrad
