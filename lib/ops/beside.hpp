// A number in the place of an operand. No tensor is made of it: it is an attribute of the
// operation, which then has one input fewer.
#pragma once

#include <string_view>
#include <utility>

#include "ops/elementwise.hpp"

namespace tapegrad {

/// Throws DTypeError in `operation`'s name unless `dtype` holds the number.
inline void check_fits(std::string_view operation, DType dtype, Scalar number) {
  dispatch_stored(dtype, [&]<class T>(std::type_identity<T>) { number.to<T>(operation); });
}

/// What lists call the number.
template <class Op, Side side>
constexpr std::string_view number_name() {
  if constexpr (requires { Op::number_name; }) return Op::number_name;
  return side == Side::left ? "first" : "other";
}

/// Op::f with a number of type C on one side, as the function of a loop.
template <class Op, Side side, class C>
struct ForwardBeside {
  static constexpr bool vector = Op::vector;
  static constexpr bool shared = shares_loop<Op>();
  C number;
  template <class X>
  auto operator()(const X& x) const {
    if constexpr (side == Side::left) return Op{}.f(X(number), x);
    if constexpr (side == Side::right) return Op{}.f(x, X(number));
  }
};

/// Saved for the derivative of a binary operation, one operand of which is a number.
template <Side side>
struct SavedBeside {
  static constexpr std::size_t place = side == Side::left ? 1 : 0;  // the tensor's
  const Saved& saved;
  Scalar number;

  bool needs(std::size_t i) const { return i == place; }
  auto first() const { return operand<Side::left>(); }
  auto second() const { return operand<Side::right>(); }
  Tensor output() const { return saved.output(); }

 private:
  template <Side which>
  auto operand() const {
    if constexpr (which == side) return number;
    if constexpr (which != side) return saved[0];
  }
};

/// The binary operation Op between one tensor and a number, which is on the side `side`.
template <class Op, Side side>
struct Beside {
  static constexpr std::string_view name = Op::name;
  static constexpr bool any_layout = true;
  static constexpr bool each_element = true;
  static constexpr std::size_t place = SavedBeside<side>::place;
  static constexpr Needs saves(Needs needs) {
    const Needs saved = Op::saves(asks_for(needs, 0) ? save_input(place) : save_nothing);
    return (asks_for(saved, place) ? save_input(0) : save_nothing) | (saved & save_output);
  }
  Scalar number;

  void attributes(AttributeList& list) const { list(number_name<Op, side>(), number); }

  Like result(const Tensor& x) const { return {type_of(name, x), impl_of(x).layout.shape()}; }

  /// In place `out` has x's type, which may be another than result() says.
  void into(const Tensor& out, const Tensor& x) const {
    const DType dtype = impl_of(out).dtype;
    if (impl_of(x).dtype != dtype) return into(out, converted(x, dtype));
    dispatch(dtype, [&]<class T>(std::type_identity<T>) {
      if constexpr (!Op::always_floating || std::is_floating_point_v<T>) {
        using C = Computed<Forward<Op>, T>;
        const auto value = static_cast<C>(number.to<T>(name));
        map_text<C, C>(ForwardBeside<Op, side, C>{value}, {kernels::ref(out), kernels::ref(x)});
      }
    });
  }

  DenseLoop dense_loop(DType dtype) const {
    const auto loop = [&]<class T>(std::type_identity<T>) {
      using F = ForwardBeside<Op, side, T>;
      return DenseLoop::of(dense_call<1, F>(dtype), F{number.to<T>(name)});
    };
    return dtype == float32 ? loop(std::type_identity<float>{})
                            : loop(std::type_identity<double>{});
  }

  DType type_of(std::string_view operation, const Tensor& x) const {
    const DType dtype = Op::type_beside(operation, x, number, side);
    check_fits(operation, dtype, number);
    return dtype;
  }

  Grads vjp(const Saved& s, const Tensor& g) const {
    return {std::move(Op{}.grads(SavedBeside<side>{s, number}, g)[place])};
  }
};

/// Op between a tensor and a number, on either side.
template <class Op>
Tensor apply_beside(const Tensor& a, Scalar b) {
  check_defined(Op::name, a, b);
  return apply(Beside<Op, Side::right>{b}, a);
}
template <class Op>
Tensor apply_beside(Scalar a, const Tensor& b) {
  check_defined(Op::name, a, b);
  constexpr Side side = Op::commutes ? Side::right : Side::left;
  return apply(Beside<Op, side>{a}, b);
}

/// An operand in another type: a number takes any.
inline Tensor as(DType dtype, const Tensor& x) { return x.to(dtype); }
inline Scalar as(DType, Scalar number) { return number; }

/// A text with a number in the place of its first or second value, in the type of the gradient.
template <class F, Side side>
struct TextBeside {
  static constexpr bool vector = kernels::vectorizes<F>();
  static constexpr bool shared = shares_loop<F>();
  F f;
  double number;
  auto operator()(const auto& g, const auto& x, const auto&... more) const {
    using kernels::constant;
    if constexpr (side == Side::left) return f(g, constant(g, number), x, more...);
    if constexpr (side == Side::right) return f(g, x, constant(g, number), more...);
  }
};

template <class F>
Tensor pulled(const F& f, const Tensor& g, Scalar a, const auto&... more) {
  return pulled(TextBeside<F, Side::left>{f, a.to<double>()}, g, more...);
}
template <class F>
Tensor pulled(const F& f, const Tensor& g, const Tensor& a, Scalar b, const auto&... more) {
  return pulled(TextBeside<F, Side::right>{f, b.to<double>()}, g, a, more...);
}

}  // namespace tapegrad
