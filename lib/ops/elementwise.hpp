// The shared half of pointwise operations: promotion, broadcasting, the fused loops. Each
// operation itself is in pointwise.cpp, binary.cpp or compare.cpp.
#pragma once

#include "autograd/apply.hpp"
#include "core/check.hpp"
#include "core/dispatch.hpp"
#include "kernels/map.hpp"
#include "tapegrad/ops/binary.hpp"

namespace tapegrad {

using namespace kernels;  // the vocabulary of simd.hpp stands beside the one for tensors

/// `value` as a tensor of rank 0 beside x, in the element type in which they meet.
Tensor constant(const Tensor& x, Scalar value);

/// x in another element type, without a record; x itself if it has that type.
Tensor converted(const Tensor& x, DType dtype);

/// 0 for booleans, 1 for integers, 2 for floating-point types: promotion asks for it first.
inline int kind_of(DType dtype) { return dtype == boolean ? 0 : is_floating(dtype) ? 2 : 1; }

/// The same elements, or float32 for integers.
inline Tensor as_floating(const Tensor& x) {
  return is_floating(x.dtype()) ? x : converted(x, float32);
}

/// broadcast_shapes(), with errors in `operation`'s name.
Shape broadcast_for(std::string_view operation, const Shape& a, const Shape& b);

/// Op::f as the function of a loop.
template <class Op>
struct Forward {
  static constexpr bool vector = Op::vector;
  const Op& op;
  auto operator()(const auto&... x) const { return op.f(x...); }
};

/// Stands in a derivative's text for a value that the operation doesn't save.
struct Unsaved {};

/// An operation y = f(x). Op has f(x), df(x, y) and `keeps`: save_inputs, save_output or both; the
/// text of f and df runs on scalars, batches and tensors.
template <class Op>
struct Unary {
  static constexpr bool keeps_integers = false;
  static constexpr bool vector = true;  // false: f has no batch form
  static constexpr Needs saves(Needs) { return Op::keeps; }

  Tensor forward(const Tensor& x) const {
    if (!Op::keeps_integers && !is_floating(x.dtype())) return forward(converted(x, float32));
    Tensor y = make_tensor(x.dtype(), x.shape());
    dispatch(x.dtype(), [&]<class T>(std::type_identity<T>) {
      if constexpr (Op::keeps_integers || std::is_floating_point_v<T>) {
        map<T, T>(Forward<Op>{op()}, {ref(y), ref(x)});
      }
    });
    return y;
  }

  Grads vjp(const Saved& s, const Tensor& g) const {
    if constexpr (Op::keeps == save_inputs) {
      const Tensor x = s[0];
      if (recording()) return {g * op().df(x, Unsaved{})};
      return {fused(
          g, [this](auto dy, auto v) { return dy * op().df(v, Unsaved{}); }, x)};
    } else if constexpr (Op::keeps == save_output) {
      const Tensor y = s.output();
      if (recording()) return {g * op().df(Unsaved{}, y)};
      return {fused(
          g, [this](auto dy, auto v) { return dy * op().df(Unsaved{}, v); }, y)};
    } else {
      const Tensor x = s[0];
      const Tensor y = s.output();
      if (recording()) return {g * op().df(x, y)};
      return {fused(
          g, [this](auto dy, auto v, auto w) { return dy * op().df(v, w); }, x, y)};
    }
  }

 private:
  const Op& op() const { return static_cast<const Op&>(*this); }

  /// g * df in one loop.
  template <class F, std::same_as<Tensor>... Values>
  static Tensor fused(const Tensor& g, const F& f, const Values&... values) {
    Tensor out = make_tensor(g.dtype(), g.shape());
    dispatch_floating(Op::name, g.dtype(), [&]<class T>(std::type_identity<T>) {
      if constexpr (sizeof...(Values) == 1) {
        map<T, T, T>(f, {ref(out), ref(g), ref(values)...});
      } else {
        map<T, T, T, T>(f, {ref(out), ref(g), ref(values)...});
      }
    });
    return out;
  }
};

/// out = f(x, y) over two tensors whose shapes broadcast to out's. f runs in the element type
/// `compute`; out has that type or, for comparisons, bool.
template <bool comparison, class F>
void map_binary(const F& f, const Tensor& out, const Tensor& x, const Tensor& y, DType compute) {
  if (x.dtype() != compute || y.dtype() != compute) {
    return map_binary<comparison>(f, out, converted(x, compute), converted(y, compute), compute);
  }
  const Shape& shape = out.shape();
  const auto run = [&](const Ref& rx, const Ref& ry) {
    dispatch(compute, [&]<class T>(std::type_identity<T>) {
      map<std::conditional_t<comparison, bool, T>, T, T>(f, {ref(out), rx, ry});
    });
  };
  if (x.shape() == shape && y.shape() == shape) return run(ref(x), ref(y));
  const Layout wide_x = ref(x).layout->broadcast_to(shape);
  const Layout wide_y = ref(y).layout->broadcast_to(shape);
  run(with_layout(ref(x), wide_x), with_layout(ref(y), wide_y));
}

/// An operation y = f(a, b) with broadcasting and promotion. Its derivative says neither: the
/// reverse pass sums and converts what arrives down to each input.
template <class Op>
struct Binary {
  static constexpr bool always_floating = false;
  static constexpr bool vector = true;

  Tensor forward(const Tensor& a, const Tensor& b) const {
    const DType dtype = type_of(a, b);
    Tensor out = make_tensor(dtype, broadcast_for(Op::name, a.shape(), b.shape()));
    into(out, a, b);
    return out;
  }

  /// Writes into `out`, which may be `a` itself: its shape is the broadcast one, its element type
  /// that of the result.
  void into(const Tensor& out, const Tensor& a, const Tensor& b) const {
    map_binary<false>(Forward<Op>{static_cast<const Op&>(*this)}, out, a, b, out.dtype());
  }

  static DType type_of(const Tensor& a, const Tensor& b) {
    const DType dtype = result_type(a, b);
    return Op::always_floating && !is_floating(dtype) ? float32 : dtype;
  }
};

}  // namespace tapegrad
