// The shared half of pointwise operations: promotion, broadcasting, what an operation's text
// becomes. Each operation itself is in a file of pointwise/, the loops are in ops/loops.hpp.
#pragma once

#include <type_traits>

#include "core/check.hpp"
#include "ops/loops.hpp"
#include "tapegrad/ops/pointwise.hpp"

namespace tapegrad {

/// `value` as a tensor of rank 0; throws DTypeError in `operation`'s name unless it fits.
Tensor constant(std::string_view operation, DType dtype, Scalar value);

/// The same beside x, in the element type in which they meet.
inline Tensor constant(const Tensor& x, Scalar value) {
  return constant("constant", promote(x.dtype(), value), value);
}

/// `value` beside x in a binary operation that has no loop for numbers: a tensor, which doesn't
/// decide the type in which they meet.
inline Tensor number_beside(std::string_view operation, const Tensor& x, Scalar value) {
  return constant(operation, promote(x.dtype(), value), value);
}

/// 0 for booleans, 1 for integers, 2 for floating-point types: promotion asks for it first.
inline int kind_of(DType dtype) { return dtype == boolean ? 0 : is_floating(dtype) ? 2 : 1; }

/// The same elements, or float32 for integers.
inline Tensor as_floating(const Tensor& x) {
  return is_floating(x.dtype()) ? x : converted(x, float32);
}

/// An operation y = f(x). Op has f(x), `keeps` (save_inputs, save_output or both) and df(x, y); or,
/// where the derivative is a choice rather than a product, pull(g, x, y): the gradient itself, so
/// that what isn't chosen may be infinite. Their text runs on scalars, batches and tensors.
template <class Op>
struct Unary {
  static constexpr bool keeps_integers = false;
  static constexpr bool vector = true;         // false: f has no batch form
  static constexpr bool vector_slope = true;   // false: df, or pull, has none
  static constexpr bool shared = false;        // true: f takes longer than a call
  static constexpr bool shared_slope = false;  // true: df, or pull, does
  static constexpr bool any_layout = true;
  static constexpr bool each_element = true;
  static constexpr Needs saves(Needs) { return Op::keeps; }

  Like result(const Tensor& x) const {
    const Like same = like(x);
    return {Op::keeps_integers || is_floating(same.dtype) ? same.dtype : float32, same.shape};
  }

  void into(const Tensor& y, const Tensor& x) const {
    const DType dtype = impl_of(y).dtype;
    if (impl_of(x).dtype != dtype) return into(y, converted(x, dtype));
    dispatch(dtype, [&]<class T>(std::type_identity<T>) {
      if constexpr (Op::keeps_integers || std::is_floating_point_v<T>) {
        using C = Computed<Forward<Op>, T>;
        map_text<C, C>(Forward<Op>{op()}, {kernels::ref(y), kernels::ref(x)});
      }
    });
  }

  DenseLoop dense_loop(DType dtype) const {
    return DenseLoop::of(dense_call<1, Forward<Op>>(dtype), Forward<Op>{op()});
  }

  auto pull(const auto& g, const auto& x, const auto& y) const { return g * op().df(x, y); }

  Grads vjp(const Saved& s, const Tensor& g) const {
    const Pull pull{op()};
    if constexpr (Op::keeps == save_inputs) {
      return {pulled(pull, g, s[0])};
    } else if constexpr (Op::keeps == save_output) {
      return {pulled(pull, g, s.output())};
    } else {
      return {pulled(pull, g, s[0], s.output())};
    }
  }

 private:
  /// pull() of what was saved, as the function of a loop.
  struct Pull {
    static constexpr bool vector = Op::vector_slope;
    static constexpr bool shared = Op::shared_slope;
    [[no_unique_address]] Op op;
    auto operator()(const auto& g, const auto& x, const auto& y) const { return op.pull(g, x, y); }
    auto operator()(const auto& g, const auto& saved) const {
      if constexpr (Op::keeps == save_inputs) return op.pull(g, saved, Unsaved{});
      if constexpr (Op::keeps == save_output) return op.pull(g, Unsaved{}, saved);
    }
  };

  const Op& op() const { return static_cast<const Op&>(*this); }
};

/// out = f(x, y) over two tensors whose shapes broadcast to out's. f runs in the element type
/// `compute`; out has that type or, for comparisons, bool. F says `floating` where it is no text
/// for integers, and is then never called for them.
template <bool comparison, class F>
void map_binary(const F& f, const Tensor& out, const Tensor& x, const Tensor& y, DType compute) {
  if (impl_of(x).dtype != compute || impl_of(y).dtype != compute) {
    return map_binary<comparison>(f, out, converted(x, compute), converted(y, compute), compute);
  }
  const Shape& shape = impl_of(out).layout.shape();
  const auto run = [&](const kernels::Ref& rx, const kernels::Ref& ry) {
    dispatch(compute, [&]<class T>(std::type_identity<T>) {
      if constexpr (!F::floating || std::is_floating_point_v<T>) {
        using C = Computed<F, T>;
        using Out = std::conditional_t<comparison, bool, C>;
        map_text<Out, C, C>(f, {kernels::ref(out), rx, ry});
      }
    });
  };
  if (impl_of(x).layout.shape() == shape && impl_of(y).layout.shape() == shape) {
    return run(kernels::ref(x), kernels::ref(y));
  }
  run(Operand(x, compute, shape).ref(), Operand(y, compute, shape).ref());
}

/// Of an operation's two operands.
enum class Side { left, right };

/// An operation y = f(a, b) with broadcasting and promotion. Its derivative says neither: the
/// reverse pass sums and converts what arrives down to each input. It is grads(s, g), a template
/// which reads s.first() and s.second(): tensors, or a number and a tensor (beside.hpp).
template <class Op>
struct Binary {
  static constexpr bool always_floating = false;
  static constexpr bool commutes = false;
  static constexpr bool vector = true;
  static constexpr bool any_layout = true;
  static constexpr bool each_element = true;

  Meta result(const Tensor& a, const Tensor& b) const {
    return {Op::type_of(Op::name, a, b),
            broadcast_for(Op::name, impl_of(a).layout.shape(), impl_of(b).layout.shape())};
  }

  /// `out` may also have another element type than result() says: in place, that of `a`.
  void into(const Tensor& out, const Tensor& a, const Tensor& b) const {
    map_binary<false>(Forward<Op>{op()}, out, a, b, impl_of(out).dtype);
  }

  DenseLoop dense_loop(DType dtype) const {
    return DenseLoop::of(dense_call<2, Forward<Op>>(dtype), Forward<Op>{op()});
  }

  Grads vjp(const Saved& s, const Tensor& g) const { return op().grads(s, g); }

  /// The result's type. Op may have its own, which refuse in the name of `operation`.
  static DType type_of(std::string_view, const Tensor& a, const Tensor& b) {
    return computed_type(result_type(a, b));
  }
  /// The same with a number on one side.
  static DType type_beside(std::string_view, const Tensor& x, Scalar number, Side) {
    return computed_type(promote(impl_of(x).dtype, number));
  }

 private:
  static DType computed_type(DType meeting) {
    return Op::always_floating && !is_floating(meeting) ? float32 : meeting;
  }
  const Op& op() const { return static_cast<const Op&>(*this); }
};

}  // namespace tapegrad
