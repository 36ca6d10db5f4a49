// Comparisons, and choice by what they give.
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

template <class Op>
Tensor compared(const Tensor& a, Scalar b) {
  check_defined(Op::name, a, b);
  return apply(ComparisonBeside<Op>{b}, a);
}

void check_condition(const Tensor& condition) {
  check<DTypeError>(condition.dtype() == boolean,
                    "where: the condition is {}, not bool; compare it with != 0",
                    condition.dtype());
}

struct Where {
  static constexpr std::string_view name = "where";
  static constexpr bool any_layout = true;
  static constexpr Needs saves(Needs) { return save_input(0); }

  Meta result(const Tensor& condition, const Tensor& a, const Tensor& b) const {
    check_condition(condition);
    return {result_type(a, b),
            broadcast_for(name, broadcast_for(name, condition.shape(), a.shape()), b.shape())};
  }

  void into(const Tensor& out, const Tensor& condition, const Tensor& a, const Tensor& b) const {
    const DType dtype = out.dtype();
    const Shape& shape = out.shape();
    const Tensor x = converted(a, dtype);
    const Tensor y = converted(b, dtype);
    const Layout wide_condition = ref(condition).layout->broadcast_to(shape);
    const Layout wide_x = ref(x).layout->broadcast_to(shape);
    const Layout wide_y = ref(y).layout->broadcast_to(shape);
    dispatch(dtype, [&]<class T>(std::type_identity<T>) {
      map<T, bool, T, T>([](bool c, T p, T q) { return c ? p : q; },
                         {ref(out), with_layout(ref(condition), wide_condition),
                          with_layout(ref(x), wide_x), with_layout(ref(y), wide_y)});
    });
  }

  Grads vjp(const Saved& s, const Tensor& g) const {
    const Tensor condition = s[0];
    return {Tensor{}, s.needs(1) ? where(condition, g, 0) : Tensor{},
            s.needs(2) ? where(condition, 0, g) : Tensor{}};
  }
};

/// where() with a number on one side.
template <Side side>
struct WhereBeside {
  static constexpr std::string_view name = "where";
  static constexpr bool any_layout = true;
  static constexpr Needs saves(Needs) { return save_input(0); }
  Scalar number;

  void attributes(AttributeList& list) const { list(number_name<Where, side>(), number); }

  Meta result(const Tensor& condition, const Tensor& x) const {
    check_condition(condition);
    const DType dtype = promote(x.dtype(), number);
    check_fits(name, dtype, number);
    return {dtype, broadcast_for(name, condition.shape(), x.shape())};
  }

  void into(const Tensor& out, const Tensor& condition, const Tensor& x) const {
    const DType dtype = out.dtype();
    const Operand chooses(condition, boolean, out.shape());
    const Operand elements(x, dtype, out.shape());
    dispatch(dtype, [&]<class T>(std::type_identity<T>) {
      const auto choose = [y = number.to<T>(name)](bool c, T v) {
        return c == (side == Side::left) ? y : v;
      };
      map<T, bool, T>(choose, {ref(out), chooses.ref(), elements.ref()});
    });
  }

  Grads vjp(const Saved& s, const Tensor& g) const {
    const Tensor condition = s[0];
    return {Tensor{}, side == Side::left ? where(condition, 0, g) : where(condition, g, 0)};
  }
};

}  // namespace

Tensor operator==(const Tensor& a, const Tensor& b) { return apply(Equal{}, a, b); }
Tensor operator==(const Tensor& a, Scalar b) { return compared<Equal>(a, b); }
Tensor operator!=(const Tensor& a, const Tensor& b) { return apply(NotEqual{}, a, b); }
Tensor operator!=(const Tensor& a, Scalar b) { return compared<NotEqual>(a, b); }
Tensor operator<(const Tensor& a, const Tensor& b) { return apply(Less{}, a, b); }
Tensor operator<(const Tensor& a, Scalar b) { return compared<Less>(a, b); }
Tensor operator<=(const Tensor& a, const Tensor& b) { return apply(LessEqual{}, a, b); }
Tensor operator<=(const Tensor& a, Scalar b) { return compared<LessEqual>(a, b); }
Tensor operator>(const Tensor& a, const Tensor& b) { return apply(Greater{}, a, b); }
Tensor operator>(const Tensor& a, Scalar b) { return compared<Greater>(a, b); }
Tensor operator>=(const Tensor& a, const Tensor& b) { return apply(GreaterEqual{}, a, b); }
Tensor operator>=(const Tensor& a, Scalar b) { return compared<GreaterEqual>(a, b); }

Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b) {
  return apply(Where{}, condition, a, b);
}
Tensor where(const Tensor& condition, const Tensor& a, Scalar b) {
  return apply(WhereBeside<Side::right>{b}, condition, a);
}
Tensor where(const Tensor& condition, Scalar a, const Tensor& b) {
  check_defined("where", condition, a, b);
  return apply(WhereBeside<Side::left>{a}, condition, b);
}

}  // namespace tapegrad
