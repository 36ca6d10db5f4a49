// The shared half of pointwise operations: promotion, broadcasting, the fused loops. Each
// operation itself is in a file of pointwise/.
#pragma once

#include <array>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>

#include "autograd/apply.hpp"
#include "core/check.hpp"
#include "core/dispatch.hpp"
#include "kernels/called.hpp"
#include "kernels/map.hpp"
#include "kernels/wrap.hpp"
#include "ops/broadcast.hpp"
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

/// x in another element type, without a record; x itself if it has that type.
Tensor converted(const Tensor& x, DType dtype);

/// 0 for booleans, 1 for integers, 2 for floating-point types: promotion asks for it first.
inline int kind_of(DType dtype) { return dtype == boolean ? 0 : is_floating(dtype) ? 2 : 1; }

/// The same elements, or float32 for integers.
inline Tensor as_floating(const Tensor& x) {
  return is_floating(x.dtype()) ? x : converted(x, float32);
}

/// Op::f as the function of a loop.
template <class Op>
struct Forward {
  static constexpr bool vector = Op::vector;
  static constexpr bool floating = requires { requires Op::always_floating; };
  static constexpr bool wraps = requires { Op::wraps; };
  const Op& op;
  auto operator()(const auto&... x) const { return op.f(x...); }
};

/// The type in which F computes elements of T: an operation that `wraps` has sums and products
/// only, which overflow in the unsigned type without being undefined.
template <class F, class T>
using Computed = std::conditional_t<F::wraps, kernels::Unsigned<T>, T>;

/// One loop over arrays, in the type T: its own for a text with a batch form, else the one that all
/// of these share.
template <class T, class... In, class F>
void map_text(const F& f, const std::array<kernels::Ref, sizeof...(In) + 1>& arrays) {
  if constexpr (kernels::vectorizes<F>()) {
    kernels::map<T, In...>(f, arrays);
  } else {
    kernels::map<T, In...>(kernels::called<T, In...>(f), arrays);
  }
}

/// What runs a text over N arrays of `dtype`, for DenseLoop; null where it has no batch form.
template <std::size_t N, class F>
DenseCall dense_call(DType dtype) {
  if constexpr (kernels::vectorizes<F>()) {
    if (dtype == float32) return &kernels::VectorRow<float, N>::template call<F>;
    if (dtype == float64) return &kernels::VectorRow<double, N>::template call<F>;
  }
  return nullptr;
}

/// Stands in a derivative's text for a value that the operation doesn't save.
struct Unsaved {};

/// A tensor as a loop reads it: in an element type, broadcast to a shape.
class Operand {
 public:
  Operand(const Tensor& x, DType dtype, const Shape& shape) : x_(converted(x, dtype)) {
    if (x_.shape() != shape) wide_ = kernels::ref(x_).layout->broadcast_to(shape);
  }
  kernels::Ref ref() const {
    const kernels::Ref plain = kernels::ref(x_);
    return wide_ ? kernels::with_layout(plain, *wide_) : plain;
  }

 private:
  Tensor x_;
  std::optional<Layout> wide_;
};

template <class T, class>
using Same = T;

/// A loop over N arrays of a floating-point type, whatever it does with their elements.
template <std::size_t N>
struct Loop {
  /// The text, which can be copied byte by byte, and what runs it.
  const void* f;
  std::size_t size;
  static constexpr bool each_element = true;
  void (*call)(const void* f, DType dtype, const std::array<kernels::Ref, N>& arrays);
  /// For a DenseLoop over the same.
  DenseCall (*dense)(DType dtype);
  /// The gradient is one number for all elements of the values, and `call` knows that.
  bool from_number = false;

  template <std::same_as<Tensor>... Values>
  Meta result(const Tensor& g, const Values&... values) const {
    const Shape& shape = std::get<0>(std::tie(values...)).shape();
    return {g.dtype(), from_number ? shape : broadcast_for("vjp", g.shape(), shape)};
  }
  template <std::same_as<Tensor>... Values>
  void into(const Tensor& out, const Tensor& g, const Values&... values) const {
    const DType dtype = impl_of(out).dtype;
    const Shape& shape = impl_of(out).layout.shape();
    const auto is_like = [&](const TensorImpl& v) {
      return v.dtype == dtype && v.layout.shape() == shape;
    };
    if ((is_like(impl_of(values)) && ...) && (from_number || is_like(impl_of(g)))) {
      return call(f, dtype, {kernels::ref(out), kernels::ref(g), kernels::ref(values)...});
    }
    call(f, dtype,
         {kernels::ref(out), Operand(g, dtype, shape).ref(),
          Operand(values, dtype, shape).ref()...});
  }
};

/// The same as a step of a program, which outlives the text: that, and behind it what runs it.
template <std::size_t N>
struct KeptLoop : Loop<N> {
  explicit KeptLoop(const Loop<N>& loop)
      : Loop<N>(loop),
        name(std::string(captured_derivative) + "_backward"),
        text(new std::byte[loop.size + sizeof(loop.call)]) {
    std::memcpy(text.get(), loop.f, loop.size);
    std::memcpy(text.get() + loop.size, &loop.call, sizeof(loop.call));
    this->f = text.get();
  }
  std::span<const std::byte> told() const { return {text.get(), this->size + sizeof(this->call)}; }
  DenseLoop dense_loop(DType dtype) const { return {this->dense(dtype), this->f}; }
  std::string name;
  std::shared_ptr<std::byte[]> text;
};

/// The result of a loop over g and values, which are taken in g's type and broadcast.
template <std::same_as<Tensor>... Values>
[[gnu::noinline]] Tensor looped(const Loop<sizeof...(Values) + 2>& loop, const Tensor& g,
                                const Values&... values) {
  if (is_captured()) [[unlikely]]
    return untaped(KeptLoop(loop), g, values...);
  const TensorImpl& like = impl_of(g);
  const auto is_like = [&](const TensorImpl& v) {
    return v.dtype == like.dtype && v.layout.shape() == like.layout.shape();
  };
  if ((is_like(impl_of(values)) && ...)) {
    Tensor out = make_tensor(like.dtype, like.layout.shape());
    loop.call(loop.f, like.dtype, {kernels::ref(out), kernels::ref(g), kernels::ref(values)...});
    return out;
  }
  Tensor out = make_tensor(like.dtype, loop.result(g, values...).shape);
  loop.into(out, g, values...);
  return out;
}

/// The text of a derivative: f(g, values...) in the element type of g, which is that of the result.
/// It holds all that it needs: a captured program keeps it.
/// One loop where nothing is recorded, operations on tensors where the reverse pass is.
template <class F, std::same_as<Tensor>... Values>
Tensor pulled(const F& f, const Tensor& g, const Values&... values) {
  if (recording()) return f(g, values.to(g.dtype())...);
  constexpr std::size_t count = sizeof...(Values) + 2;
  static_assert(std::is_trivially_copyable_v<F>, "a text is kept byte by byte");
  const Loop<count> loop{
      &f, sizeof(F),
      [](const void* text, DType dtype, const std::array<kernels::Ref, count>& arrays) {
        dispatch_floating("vjp", dtype, [&]<class T>(std::type_identity<T>) {
          map_text<T, T, Same<T, Values>...>(*static_cast<const F*>(text), arrays);
        });
      },
      &dense_call<count - 1, F>};
  return looped(loop, g, values...);
}

/// A text without a batch form, for pulled().
template <class F>
struct ScalarText : F {
  static constexpr bool vector = false;
};
template <class F>
ScalarText<F> scalar_text(F f) {
  return {std::move(f)};
}

/// An operation y = f(x). Op has f(x), `keeps` (save_inputs, save_output or both) and df(x, y); or,
/// where the derivative is a choice rather than a product, pull(g, x, y): the gradient itself, so
/// that what isn't chosen may be infinite. Their text runs on scalars, batches and tensors.
template <class Op>
struct Unary {
  static constexpr bool keeps_integers = false;
  static constexpr bool vector = true;        // false: f has no batch form
  static constexpr bool vector_slope = true;  // false: df, or pull, has none
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
