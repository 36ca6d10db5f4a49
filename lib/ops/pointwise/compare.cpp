#include "tapegrad/ops/pointwise/compare.hpp"

#include <algorithm>
#include <compare>

#include "ops/beside.hpp"

namespace tapegrad {

using namespace kernels;

namespace {

/// An int64, which a comparison doesn't round.
struct Whole {
  std::int64_t value;
};

std::partial_ordering operator<=>(Whole a, double b) {
  if (b != b) return std::partial_ordering::unordered;
  if (b >= 0x1p63) return std::partial_ordering::less;
  if (b < -0x1p63) return std::partial_ordering::greater;
  const auto whole = static_cast<std::int64_t>(b);
  if (a.value != whole) return a.value <=> whole;
  return 0.0 <=> b - static_cast<double>(whole);
}
bool operator==(Whole a, double b) { return (a <=> b) == 0; }

/// The type in which elements of both can be compared without rounding; but for int64, which has
/// none with floating-point types.
DType comparable(DType a, DType b) {
  const DType meeting = promote(a, b);
  return meeting == float32 && std::min(a, b) == int32 ? float64 : meeting;
}

/// An operation with boolean results and no derivative.
template <class Op>
struct Comparison {
  static constexpr bool vector = true;
  static constexpr bool any_layout = true;
  static constexpr bool each_element = true;

  Meta result(const Tensor& a, const Tensor& b) const {
    return {boolean, broadcast_for(Op::name, a.shape(), b.shape())};
  }

  void into(const Tensor& out, const Tensor& a, const Tensor& b) const {
    const Forward<Op> f{static_cast<const Op&>(*this)};
    if (a.dtype() == int64 && is_floating(b.dtype())) {
      compare<std::int64_t, double>([&f](std::int64_t x, double y) { return f(Whole{x}, y); }, out,
                                    a, b);
    } else if (is_floating(a.dtype()) && b.dtype() == int64) {
      compare<double, std::int64_t>([&f](double x, std::int64_t y) { return f(x, Whole{y}); }, out,
                                    a, b);
    } else {
      map_binary<true>(f, out, a, b, comparable(a.dtype(), b.dtype()));
    }
  }

 private:
  template <class A, class B, class F>
  static void compare(const F& f, const Tensor& out, const Tensor& a, const Tensor& b) {
    map<bool, A, B>(f, {ref(out), Operand(a, dtype_of<A>, out.shape()).ref(),
                        Operand(b, dtype_of<B>, out.shape()).ref()});
  }
};

struct Equal : Comparison<Equal> {
  static constexpr std::string_view name = "eq";
  auto f(const auto& a, const auto& b) const { return a == b; }
};

struct NotEqual : Comparison<NotEqual> {
  static constexpr std::string_view name = "ne";
  auto f(const auto& a, const auto& b) const { return a != b; }
};

struct Less : Comparison<Less> {
  static constexpr std::string_view name = "lt";
  auto f(const auto& a, const auto& b) const { return a < b; }
};

struct LessEqual : Comparison<LessEqual> {
  static constexpr std::string_view name = "le";
  auto f(const auto& a, const auto& b) const { return a <= b; }
};

struct Greater : Comparison<Greater> {
  static constexpr std::string_view name = "gt";
  auto f(const auto& a, const auto& b) const { return a > b; }
};

struct GreaterEqual : Comparison<GreaterEqual> {
  static constexpr std::string_view name = "ge";
  auto f(const auto& a, const auto& b) const { return a >= b; }
};

/// Whether float32 and float64, as far as `dtype` goes, hold the integer itself.
bool holds_exactly(DType dtype, std::int64_t value) {
  const std::int64_t most = std::int64_t{1} << (dtype == float32 ? 24 : 53);
  return value >= -most && value <= most;
}

/// The type in which a number is compared with elements of type `dtype`: theirs if that changes
/// nothing, or rounds a fraction as they were rounded, else its own.
DType type_beside(DType dtype, Scalar number) {
  const DType kind = number.kind();
  if (kind_of(kind) > kind_of(dtype)) return kind;
  if (is_floating(dtype) && kind == int64) {
    return holds_exactly(dtype, number.to<std::int64_t>()) ? dtype : kind;
  }
  const bool fits =
      dispatch(dtype, [&]<class T>(std::type_identity<T>) { return number.fits<T>(); });
  return fits ? dtype : kind;
}

/// A comparison of x with a number, which is the second operand.
template <class Op>
struct ComparisonBeside {
  static constexpr std::string_view name = Op::name;
  static constexpr bool any_layout = true;
  static constexpr bool each_element = true;
  Scalar number;

  void attributes(AttributeList& list) const { list(number_name<Op, Side::right>(), number); }
  Meta result(const Tensor& x) const { return {boolean, x.shape()}; }

  void into(const Tensor& out, const Tensor& x) const {
    const DType beside = type_beside(x.dtype(), number);
    if (x.dtype() == int64 && is_floating(beside)) {
      const double y = number.to<double>();
      return map<bool, std::int64_t>([y](std::int64_t v) { return Op{}.f(Whole{v}, y); },
                                     {ref(out), ref(x)});
    }
    if (is_floating(x.dtype()) && beside == int64) {
      const Whole y{number.to<std::int64_t>()};
      return map<bool, double>([y](double v) { return Op{}.f(v, y); },
                               {ref(out), ref(converted(x, float64))});
    }
    const DType meeting = comparable(x.dtype(), beside);
    dispatch(meeting, [&]<class T>(std::type_identity<T>) {
      map<bool, T>(ForwardBeside<Op, Side::right, T>{number.to<T>(name)},
                   {ref(out), ref(converted(x, meeting))});
    });
  }
};

/// A fraction beside elements of 16 bits, rounded as they were if they reach so far.
Scalar rounded_beside(DType dtype, Scalar number) {
  if (!is_narrow(dtype) || !is_floating(dtype) || number.kind() != float64) return number;
  return dispatch_stored(dtype, [&]<class T>(std::type_identity<T>) {
    return number.fits<T>() ? Scalar(number.to<T>()) : number;
  });
}

template <class Op>
Tensor compared(const Tensor& a, Scalar b) {
  check_defined(Op::name, a, b);
  return apply(ComparisonBeside<Op>{rounded_beside(a.dtype(), b)}, a);
}

/// a with b, as b with a by `Other`: it is the tensor's place that is counted in errors.
template <class Op, class Other = Op>
Tensor mirrored(Scalar a, const Tensor& b) {
  check_defined(Op::name, a, b);
  return apply(ComparisonBeside<Other>{rounded_beside(b.dtype(), a)}, b);
}

}  // namespace

Tensor operator==(const Tensor& a, const Tensor& b) { return apply(Equal{}, a, b); }
Tensor operator==(const Tensor& a, Scalar b) { return compared<Equal>(a, b); }
Tensor operator==(Scalar a, const Tensor& b) { return mirrored<Equal>(a, b); }
Tensor operator!=(const Tensor& a, const Tensor& b) { return apply(NotEqual{}, a, b); }
Tensor operator!=(const Tensor& a, Scalar b) { return compared<NotEqual>(a, b); }
Tensor operator!=(Scalar a, const Tensor& b) { return mirrored<NotEqual>(a, b); }
Tensor operator<(const Tensor& a, const Tensor& b) { return apply(Less{}, a, b); }
Tensor operator<(const Tensor& a, Scalar b) { return compared<Less>(a, b); }
Tensor operator<(Scalar a, const Tensor& b) { return mirrored<Less, Greater>(a, b); }
Tensor operator<=(const Tensor& a, const Tensor& b) { return apply(LessEqual{}, a, b); }
Tensor operator<=(const Tensor& a, Scalar b) { return compared<LessEqual>(a, b); }
Tensor operator<=(Scalar a, const Tensor& b) { return mirrored<LessEqual, GreaterEqual>(a, b); }
Tensor operator>(const Tensor& a, const Tensor& b) { return apply(Greater{}, a, b); }
Tensor operator>(const Tensor& a, Scalar b) { return compared<Greater>(a, b); }
Tensor operator>(Scalar a, const Tensor& b) { return mirrored<Greater, Less>(a, b); }
Tensor operator>=(const Tensor& a, const Tensor& b) { return apply(GreaterEqual{}, a, b); }
Tensor operator>=(const Tensor& a, Scalar b) { return compared<GreaterEqual>(a, b); }
Tensor operator>=(Scalar a, const Tensor& b) { return mirrored<GreaterEqual, LessEqual>(a, b); }

Tensor eq(const Tensor& a, const Tensor& b) { return a == b; }
Tensor eq(const Tensor& a, Scalar b) { return a == b; }
Tensor ne(const Tensor& a, const Tensor& b) { return a != b; }
Tensor ne(const Tensor& a, Scalar b) { return a != b; }
Tensor lt(const Tensor& a, const Tensor& b) { return a < b; }
Tensor lt(const Tensor& a, Scalar b) { return a < b; }
Tensor le(const Tensor& a, const Tensor& b) { return a <= b; }
Tensor le(const Tensor& a, Scalar b) { return a <= b; }
Tensor gt(const Tensor& a, const Tensor& b) { return a > b; }
Tensor gt(const Tensor& a, Scalar b) { return a > b; }
Tensor ge(const Tensor& a, const Tensor& b) { return a >= b; }
Tensor ge(const Tensor& a, Scalar b) { return a >= b; }

}  // namespace tapegrad
