#include "kernels/softmax_gradient.hpp"

#include <algorithm>
#include <cmath>

#include "core/dispatch.hpp"
#include "kernels/map.hpp"
#include "kernels/row_extreme.hpp"
#include "kernels/row_power.hpp"
#include "kernels/row_sum.hpp"

namespace tapegrad::kernels {
namespace {

/// A slice without a softmax is NaN throughout; nobody asked for it where its gradient is 0.
template <class T>
void drop_unasked(T* out, const T* g, std::int64_t n) {
  if (!std::isnan(out[0])) [[likely]]
    return;
  if (std::all_of(g, g + n, [](T v) { return v == 0; })) std::fill_n(out, n, T(0));
}

/// out[i] = f(g[i], y[i]).
template <class T, class F>
void map_row_of(T* out, const T* g, const T* y, std::int64_t n, const F& f) {
  VectorRow<T, 2>::dense(f, out, {g, y}, {1, 1}, n);
}

/// As y adds up to 1, a constant may be taken from g: without that of the largest y, the sum has
/// nothing but small terms where this is near 1.
template <class T>
void softmax_row(T* out, const T* g, const T* y, std::int64_t n) {
  constexpr std::int64_t chunk = 512;
  alignas(64) T products[chunk];
  const T top = g[row_index_of_extreme<Largest>(y, n)];
  Compensated total;
  for (std::int64_t i = 0; i < n; i += chunk) {
    const std::int64_t m = std::min(chunk, n - i);
    map_row_of(products, g + i, y + i, m,
               [top](const auto& a, const auto& b) { return (a - top) * b; });
    RowSum<T>::add(total, products, m);
  }
  const T sum = static_cast<T>(total.value());
  map_row_of(out, g, y, n,
             [top, sum](const auto& a, const auto& b) { return b * ((a - top) - sum); });
  drop_unasked(out, g, n);
}

/// g - p sum(g), where p is made anew from x: a power of the logarithm, which was rounded, would
/// have lost half a unit in the last place for each unit of that. Only the largest probability can
/// be near 1: there it is g (1 - p) less p of the others' gradients.
template <class T>
void log_softmax_row(T* out, const T* g, const T* x, std::int64_t n) {
  const std::int64_t most = row_index_of_extreme<Largest>(x, n);
  VectorRow<T, 1>::dense(RowPower<T>(x[most]), out, {x}, {1}, n);
  const double power = static_cast<double>(out[most]);
  out[most] -= out[most];  // 0, or NaN
  Compensated powers;
  RowSum<T>::add(powers, out, n);
  Compensated gradients;
  RowSum<T>::add(gradients, g, most);
  RowSum<T>::add(gradients, g + most + 1, n - most - 1);
  const double own = static_cast<double>(g[most]);
  const double total = power + powers.value();
  const T share = static_cast<T>((own + gradients.value()) / total);
  map_row_of(out, g, out, n, [share](const auto& a, const auto& e) { return a - e * share; });
  out[most] = static_cast<T>((own * powers.value() - power * gradients.value()) / total);
  drop_unasked(out, g, n);
}

template <class F>
void each_row(Ref out, Ref g, Ref y, const F& row) {
  const Layout& layout = *y.layout;
  const std::int64_t n = layout.shape()[layout.rank() - 1];
  dispatch_known_floating(y.dtype, [&]<class T>(std::type_identity<T>) {
    const std::int64_t rows = layout.numel() / n;
    parallel_for(rows, std::max<std::int64_t>(1, grain / n),
                 [&](std::int64_t begin, std::int64_t end) {
                   for (std::int64_t i = begin * n; i < end * n; i += n) {
                     row(out.as<T>() + i, g.as<const T>() + i, y.as<const T>() + i, n);
                   }
                 });
  });
}

}  // namespace

void softmax_gradient(Ref out, Ref g, Ref y) {
  each_row(out, g, y, [](auto* to, auto* from, auto* result, std::int64_t n) {
    softmax_row(to, from, result, n);
  });
}

void log_softmax_gradient(Ref out, Ref g, Ref x) {
  each_row(out, g, x, [](auto* to, auto* from, auto* in, std::int64_t n) {
    log_softmax_row(to, from, in, n);
  });
}

}  // namespace tapegrad::kernels
