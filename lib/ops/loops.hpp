// A text of elements as a loop over tensors: an operation's own, and a derivative's, which a
// program can keep.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

#include "autograd/apply.hpp"
#include "core/dispatch.hpp"
#include "kernels/called.hpp"
#include "kernels/map.hpp"
#include "kernels/wrap.hpp"
#include "ops/broadcast.hpp"

namespace tapegrad {

/// x in another element type, without a record; x itself if it has that type.
Tensor converted(const Tensor& x, DType dtype);

/// Whether a text takes so much longer than a call, in batches too, that it has no loop of its own.
template <class F>
constexpr bool shares_loop() {
  if constexpr (requires { F::shared; }) {
    return F::shared;
  } else {
    return false;
  }
}

/// Op::f as the function of a loop.
template <class Op>
struct Forward {
  static constexpr bool vector = Op::vector;
  static constexpr bool shared = shares_loop<Op>();
  static constexpr bool floating = requires { requires Op::always_floating; };
  static constexpr bool wraps = requires { Op::wraps; };
  const Op& op;
  auto operator()(const auto&... x) const { return op.f(x...); }
};

/// The type in which F computes elements of T: an operation that `wraps` has sums and products
/// only, which overflow in the unsigned type without being undefined.
template <class F, class T>
using Computed = std::conditional_t<F::wraps, kernels::Unsigned<T>, T>;

/// One loop over arrays, in the type T: its own for a text with a short batch form, else one of
/// those that all the others share.
template <class T, class... In, class F>
void map_text(const F& f, const std::array<kernels::Ref, sizeof...(In) + 1>& arrays) {
  using namespace kernels;
  if constexpr (!vectorizes<F>()) {
    map<T, In...>(called<T, In...>(f), arrays);
  } else if constexpr (shares_loop<F>() && in_batches<F, T, In...>) {
    map<T, In...>(called<Batch<T>, Batch<In>...>(f), arrays);
  } else {
    map<T, In...>(f, arrays);
  }
}

/// A row of batches of a text that shares its loop.
template <class T, std::size_t N, class F>
void shared_row(const void* f, std::byte* out, const std::byte* const* in,
                const std::int64_t* advance, std::int64_t n) {
  using namespace kernels;
  [&]<std::size_t... K>(std::index_sequence<K...>) {
    const auto text =
        called<Batch<T>, std::enable_if_t<K + 1 != 0, Batch<T>>...>(*static_cast<const F*>(f));
    VectorRow<T, N>::template call<std::remove_const_t<decltype(text)>>(&text, out, in, advance, n);
  }
  (std::make_index_sequence<N>{});
}

template <class T, std::size_t N, class F>
constexpr DenseCall row_of() {
  if constexpr (shares_loop<F>()) {
    return &shared_row<T, N, F>;
  } else {
    return &kernels::VectorRow<T, N>::template call<F>;
  }
}

/// What runs a text over N arrays of `dtype`, for DenseLoop; null where it has no batch form.
template <std::size_t N, class F>
DenseCall dense_call(DType dtype) {
  if constexpr (kernels::vectorizes<F>()) {
    if (dtype == float32) return row_of<float, N, F>();
    if (dtype == float64) return row_of<double, N, F>();
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

}  // namespace tapegrad
