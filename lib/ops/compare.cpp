// Comparisons, and choice by what they give.
#include "ops/elementwise.hpp"

namespace tapegrad {

using namespace kernels;

namespace {

/// An operation with boolean results and no derivative.
template <class Op>
struct Comparison {
  static constexpr bool vector = true;

  Tensor forward(const Tensor& a, const Tensor& b) const {
    Tensor out = make_tensor(boolean, broadcast_for(Op::name, a.shape(), b.shape()));
    map_binary<true>(Forward<Op>{static_cast<const Op&>(*this)}, out, a, b, result_type(a, b));
    return out;
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

struct Where {
  static constexpr std::string_view name = "where";
  static constexpr Needs saves(Needs) { return save_input(0); }

  Tensor forward(const Tensor& condition, const Tensor& a, const Tensor& b) const {
    const DType dtype = result_type(a, b);
    const Shape shape =
        broadcast_for(name, broadcast_for(name, condition.shape(), a.shape()), b.shape());
    Tensor out = make_tensor(dtype, shape);
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
    return out;
  }

  Grads vjp(const Saved& s, const Tensor& g) const {
    const Tensor condition = s[0];
    return {Tensor{}, s.needs(1) ? where(condition, g, 0) : Tensor{},
            s.needs(2) ? where(condition, 0, g) : Tensor{}};
  }
};

}  // namespace

Tensor operator==(const Tensor& a, const Tensor& b) { return apply(Equal{}, a, b); }
Tensor operator==(const Tensor& a, Scalar b) { return a == constant(a, b); }
Tensor operator!=(const Tensor& a, const Tensor& b) { return apply(NotEqual{}, a, b); }
Tensor operator!=(const Tensor& a, Scalar b) { return a != constant(a, b); }
Tensor operator<(const Tensor& a, const Tensor& b) { return apply(Less{}, a, b); }
Tensor operator<(const Tensor& a, Scalar b) { return a < constant(a, b); }
Tensor operator<=(const Tensor& a, const Tensor& b) { return apply(LessEqual{}, a, b); }
Tensor operator<=(const Tensor& a, Scalar b) { return a <= constant(a, b); }
Tensor operator>(const Tensor& a, const Tensor& b) { return b < a; }
Tensor operator>(const Tensor& a, Scalar b) { return constant(a, b) < a; }
Tensor operator>=(const Tensor& a, const Tensor& b) { return b <= a; }
Tensor operator>=(const Tensor& a, Scalar b) { return constant(a, b) <= a; }

Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b) {
  check<DTypeError>(condition.dtype() == boolean,
                    "where: the condition is {}, not bool; compare it with != 0",
                    condition.dtype());
  return apply(Where{}, condition, a, b);
}
Tensor where(const Tensor& condition, const Tensor& a, Scalar b) {
  return where(condition, a, constant(a, b));
}
Tensor where(const Tensor& condition, Scalar a, const Tensor& b) {
  return where(condition, constant(b, a), b);
}

}  // namespace tapegrad
