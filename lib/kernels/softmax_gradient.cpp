#include "kernels/softmax_gradient.hpp"

#include <algorithm>
#include <cmath>

#include "core/dispatch.hpp"
#include "kernels/map.hpp"
#include "kernels/row_extreme.hpp"
#include "kernels/row_power.hpp"
#include "kernels/row_sum.hpp"
#include "kernels/short_powers.hpp"
#include "kernels/short_rows.hpp"

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
void softmax_gradient_row(T* out, const T* g, const T* y, std::int64_t n) {
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

/// softmax_gradient_row() of rows side by side; takes g.
template <class T>
void softmax_gradient_rows(ShortRows<T>& g, const ShortRows<T>& y) {
  using V = Batch<T>;
  using Rows = ShortRows<T>;
  typename Rows::template Each<T> top;
  for (std::int64_t k = 0; k < Rows::count; k += Rows::width) {
    const V most = y.largest(k);
    V of_most(T(0));
    for (std::int64_t j = g.size(); j-- > 0;) {  // the first comes last
      of_most = xsimd::select(y.get(j, k) == most, g.get(j, k), of_most);
    }
    top.set(k, of_most);
  }
  Rows products(g.size());
  for (std::int64_t j = 0; j < g.size(); ++j) {
    for (std::int64_t i = 0; i < Rows::count; ++i) {
      products[j][i] = (g[j][i] - top[i]) * y[j][i];
    }
  }
  const auto totals = products.sums();
  for (std::int64_t j = 0; j < g.size(); ++j) {
    for (std::int64_t i = 0; i < Rows::count; ++i) {
      g[j][i] = y[j][i] * ((g[j][i] - top[i]) - static_cast<T>(totals[i]));
    }
  }
}

/// The sum of all but one, of a row that may be short: as that of rows side by side.
template <class T>
double sum_without(const T* g, std::int64_t n, std::int64_t left_out) {
  Compensated sum;
  if (n <= ShortRows<T>::most) {
    alignas(64) T others[ShortRows<T>::most];
    std::copy_n(g, n, others);
    others[left_out] = 0;
    RowSum<T>::add(sum, others, n);
  } else {
    RowSum<T>::add(sum, g, left_out);
    RowSum<T>::add(sum, g + left_out + 1, n - left_out - 1);
  }
  return sum.value();
}

/// g - p sum(g), where p is made anew from x: a power of the logarithm, which was rounded, would
/// have lost half a unit in the last place for each unit of that. Only the largest probability can
/// be near 1: there it is g (1 - p) less p of the others' gradients.
template <class T>
void log_softmax_gradient_row(T* out, const T* g, const T* x, std::int64_t n) {
  const std::int64_t most = row_index_of_extreme<Largest>(x, n);
  VectorRow<T, 1>::dense(RowPower<T>(x[most]), out, {x}, {1}, n);
  const double power = static_cast<double>(out[most]);
  out[most] -= out[most];  // 0, or NaN
  Compensated powers;
  RowSum<T>::add(powers, out, n);
  const double gradients = sum_without(g, n, most);
  const double own = static_cast<double>(g[most]);
  const double total = power + powers.value();
  const T share = static_cast<T>((own + gradients) / total);
  map_row_of(out, g, out, n, [share](const auto& a, const auto& e) { return a - e * share; });
  out[most] = static_cast<T>((own * powers.value() - power * gradients) / total);
  drop_unasked(out, g, n);
}

/// log_softmax_gradient_row() of rows side by side; takes g.
template <class T>
void log_softmax_gradient_rows(ShortRows<T>& g, const ShortRows<T>& x) {
  using V = Batch<T>;
  using Rows = ShortRows<T>;
  const ShortPowers<T> of(x);
  typename Rows::template Each<T> own, share, kept;
  Rows others(g.size());
  for (std::int64_t k = 0; k < Rows::count; k += Rows::width) {
    const V place = of.place.get(k);
    V of_largest(T(0));
    for (std::int64_t j = 0; j < g.size(); ++j) {
      const auto here = place == V(static_cast<T>(j));
      of_largest = xsimd::select(here, g.get(j, k), of_largest);
      others.set(j, k, xsimd::select(here, V(T(0)), g.get(j, k)));
    }
    own.set(k, of_largest);
  }
  const auto sums = others.sums();
  for (std::int64_t i = 0; i < Rows::count; ++i) {
    const double mine = static_cast<double>(own[i]);
    const double power = static_cast<double>(of.own[i]);
    const double total = power + of.others[i];
    share[i] = static_cast<T>((mine + sums[i]) / total);
    kept[i] = static_cast<T>((mine * of.others[i] - power * sums[i]) / total);
  }
  for (std::int64_t k = 0; k < Rows::count; k += Rows::width) {
    const V place = of.place.get(k);
    const V of_largest = kept.get(k);
    const V part = share.get(k);
    for (std::int64_t j = 0; j < g.size(); ++j) {
      const V usual = g.get(j, k) - of.powers.get(j, k) * part;
      g.set(j, k, xsimd::select(place == V(static_cast<T>(j)), of_largest, usual));
    }
  }
}

/// one(out, g, y, n) of each row, or some(g, y) of short ones side by side.
template <class T, class Some, class One>
void each_row(Ref out, Ref g, Ref y, const Some& some, const One& one) {
  const std::int64_t n = y.layout->shape()[y.layout->rank() - 1];
  const std::int64_t rows = y.layout->numel() / n;
  T* to = out.as<T>();
  const T* from = g.as<const T>();
  const T* result = y.as<const T>();
  parallel_for(rows, std::max<std::int64_t>(1, grain / (power_cost * n)),
               [&](std::int64_t begin, std::int64_t end) {
                 short_rows_or_long<T>(
                     begin, end, n,
                     [&](std::int64_t i, std::int64_t m) {
                       ShortRows<T> gs(n, from + i * n, n, m);
                       some(gs, ShortRows<T>(n, result + i * n, n, m));
                       gs.store(to + i * n, n, m);
                       for (std::int64_t k = i; k < i + m; ++k) {
                         drop_unasked(to + k * n, from + k * n, n);
                       }
                     },
                     [&](std::int64_t i) { one(to + i * n, from + i * n, result + i * n, n); });
               });
}

}  // namespace

void softmax_gradient(Ref out, Ref g, Ref y) {
  dispatch_known_floating(y.dtype, [&]<class T>(std::type_identity<T>) {
    each_row<T>(out, g, y, softmax_gradient_rows<T>, softmax_gradient_row<T>);
  });
}

void log_softmax_gradient(Ref out, Ref g, Ref x) {
  dispatch_known_floating(x.dtype, [&]<class T>(std::type_identity<T>) {
    each_row<T>(out, g, x, log_softmax_gradient_rows<T>, log_softmax_gradient_row<T>);
  });
}

}  // namespace tapegrad::kernels
