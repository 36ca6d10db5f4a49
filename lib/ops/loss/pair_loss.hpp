// Losses of pairs of numbers: input and target.
#pragma once

#include <cmath>
#include <limits>
#include <string_view>

#include "kernels/map_sum.hpp"
#include "ops/formulas.hpp"
#include "ops/loss/reduction.hpp"

namespace tapegrad {

/// A loss of single elements, l = f(x, y), and its reduction in one loop. Op has f and, for what
/// flows to x and to y, dx and dy or, where that is a choice rather than a product, pull_x and
/// pull_y. Their text runs on scalars, batches and tensors. An element without a gradient (of
/// weight 0, say) has none through dx and dy either, even if it is NaN.
template <class Op>
struct PairLoss {
  static constexpr bool vector = true;
  static constexpr bool any_layout = true;
  static constexpr bool squares = false;
  static constexpr Needs saves(Needs) { return save_inputs; }
  Reduction reduction;

  explicit PairLoss(Reduction r) : reduction(r) {}

  void attributes(AttributeList& list) const { list("reduction", name_of(reduction)); }

  Meta result(const Tensor& a, const Tensor& b) const {
    return {result_type(a, b), reduction == Reduction::none ? a.shape() : Shape{}};
  }

  void into(const Tensor& out, const Tensor& a, const Tensor& b) const {
    const DType dtype = impl_of(out).dtype;
    if (impl_of(a).dtype != dtype || impl_of(b).dtype != dtype) {
      return into(out, converted(a, dtype), converted(b, dtype));
    }
    const Tensor& x = a;
    const Tensor& y = b;
    dispatch_floating(Op::name, dtype, [&]<class T>(std::type_identity<T>) {
      const Forward<Op> f{op()};
      if (reduction == Reduction::none)
        return kernels::map<T, T, T>(f, {kernels::ref(out), kernels::ref(x), kernels::ref(y)});
      const double total = kernels::map_sum<T, 2>(f, {kernels::ref(x), kernels::ref(y)});
      T& result = *kernels::ref(out).as<T>();
      result = static_cast<T>(total * share(x));
      // Squares overflow and vanish where their mean, or the sum of many, doesn't.
      const bool vanished = Op::squares && total < 1 / big<T>();
      if (!std::isinf(total) && !vanished) [[likely]]
        return;
      using Wide = std::conditional_t<Op::squares, long double, T>;
      result = static_cast<T>(
          kernels::map_sum_again<T, Wide, 2>(f, {kernels::ref(x), kernels::ref(y)}) * share(x));
    });
  }

  /// All of a mean or a sum but the elements.
  Ready ready(const Tensor& out, const Tensor& a, const Tensor& b) const {
    const DType dtype = impl_of(out).dtype;
    const Layout& x = impl_of(a).layout;
    const Layout& y = impl_of(b).layout;
    const bool is_plain = impl_of(a).dtype == dtype && impl_of(b).dtype == dtype &&
                          x.is_contiguous() && y.is_contiguous();
    const std::int64_t n = x.numel();
    if (!is_plain || reduction == Reduction::none || n == 0 || n > kernels::grain) return {};
    const DenseCall call = dense_call<2, Forward<Op>>(dtype);
    if (!call) return {};
    constexpr double no_limit = -std::numeric_limits<double>::infinity();
    const double least = dtype == float32 ? 1 / big<float>() : 1 / big<double>();
    return {
        dtype == float32 ? &kernels::dense_map_sum<float, 2> : &kernels::dense_map_sum<double, 2>,
        kernels::DenseMapSum{.f = DenseLoop::of(call, Forward<Op>{op()}),
                             .n = n,
                             .share = share(a),
                             .least = Op::squares ? least : no_limit}};
  }

  auto pull_x(const auto& g, const auto& x, const auto& y) const {
    return kernels::weighted_of(g, op().dx(x, y));
  }
  auto pull_y(const auto& g, const auto& x, const auto& y) const {
    return kernels::weighted_of(g, op().dy(x, y));
  }

  Grads vjp(const Saved& s, const Tensor& g) const {
    const Tensor x = s[0];
    const Tensor y = s[1];
    const double each = share(x);
    const auto of_element = [each](const auto& dl) {
      using kernels::constant;
      return each == 1 ? dl : dl * constant(dl, each);
    };
    const auto to_x = [op = op(), of_element](const auto& dl, const auto& v, const auto& w) {
      return op.pull_x(of_element(dl), v, w);
    };
    const auto to_y = [op = op(), of_element](const auto& dl, const auto& v, const auto& w) {
      return op.pull_y(of_element(dl), v, w);
    };
    const bool from_number = !recording() && reduction != Reduction::none &&
                             x.dtype() == g.dtype() && y.dtype() == g.dtype();
    if (from_number) {
      return {s.needs(0) ? pulled_from_number(to_x, g, x, y) : Tensor{},
              s.needs(1) ? pulled_from_number(to_y, g, x, y) : Tensor{}};
    }
    return {s.needs(0) ? pulled(to_x, g, x, y) : Tensor{},
            s.needs(1) ? pulled(to_y, g, x, y) : Tensor{}};
  }

 private:
  /// pulled(), which walks where one element belongs to many; few of them are one row.
  template <class F>
  static Tensor pulled_from_number(const F& f, const Tensor& g, const Tensor& x, const Tensor& y) {
    const Layout& layout = impl_of(x).layout;
    const std::int64_t n = layout.numel();
    if (n > kernels::grain || !layout.is_contiguous() || !impl_of(y).layout.is_contiguous())
      return pulled(f, g, x, y);
    const auto run = [](const void* text, DType dtype, const std::array<kernels::Ref, 4>& arrays) {
      dispatch_known_floating(dtype, [&]<class T>(std::type_identity<T>) {
        kernels::VectorRow<T, 3>::run(
            *static_cast<const F*>(text), arrays[0].as<T>(), 1,
            {arrays[1].as<const T>(), arrays[2].as<const T>(), arrays[3].as<const T>()}, {0, 1, 1},
            arrays[0].layout->numel());
      });
    };
    return looped(Loop<4>{&f, sizeof(F), run, &dense_call<3, F>, true}, g, x, y);
  }

  const Op& op() const { return static_cast<const Op&>(*this); }

  /// Squares above its inverse lose nothing to subnormal numbers.
  template <class T>
  static double big() {
    return std::ldexp(1.0, -std::numeric_limits<T>::min_exponent - std::numeric_limits<T>::digits);
  }

  /// What an element counts in the result.
  double share(const Tensor& x) const {
    const bool is_mean = reduction == Reduction::mean;
    return is_mean ? 1 / static_cast<double>(impl_of(x).layout.numel()) : 1;
  }
};

}  // namespace tapegrad
