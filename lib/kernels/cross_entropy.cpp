#include "kernels/cross_entropy.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/dispatch.hpp"
#include "kernels/log_of_sum.hpp"
#include "kernels/parallel.hpp"
#include "kernels/row_extreme.hpp"
#include "kernels/short_powers.hpp"
#include "kernels/short_rows.hpp"

namespace tapegrad::kernels {
namespace {

/// Calls some(i, m) for m short rows from row i on, one(i) for others, in several threads.
template <class T, class Some, class One>
void each_row(const Labels& labels, const Some& some, const One& one) {
  const std::int64_t n = labels.classes;
  parallel_for(labels.rows, std::max<std::int64_t>(1, grain / (power_cost * n + 1)),
               [&](std::int64_t begin, std::int64_t end) {
                 short_rows_or_long<T>(begin, end, n, some, one);
               });
}

template <class T>
T log_probability(const T* x, std::int64_t n, std::int64_t label) {
  const std::int64_t most = row_index_of_extreme<Largest>(x, n);
  return (x[label] - x[most]) - static_cast<T>(log_of_sum(x, n, most));
}

/// v at the label less p v, where p, the softmax, is made anew from x. Only the largest probability
/// can be near 1: there it is v (1 - p), by the sum of the others.
template <class T>
void gradient_row(T* out, const T* x, std::int64_t n, std::int64_t label, T v) {
  const std::int64_t most = row_index_of_extreme<Largest>(x, n);
  map_dense(out, x, n, RowPower<T>(x[most]));
  const double own = static_cast<double>(out[most]);
  out[most] -= out[most];  // 0, or NaN
  const T power = out[label];
  Compensated powers;
  RowSum<T>::add(powers, out, n);
  const double total = own + powers.value();
  const T share = static_cast<T>(static_cast<double>(v) / total);
  // Not -(e * share): with AVX-512 xsimd 8 subtracts from 0, which loses the sign of a 0.
  map_dense(out, out, n, [taken = -share](const auto& e) { return e * taken; });
  if (label != most) out[label] = v - power * share;
  const double kept = static_cast<double>(v) * (label == most ? powers.value() : -own);
  out[most] = static_cast<T>(kept / total);
}

/// gradient_row() of rows side by side, of those whose v isn't 0.
template <class T>
void gradient_rows(ShortRows<T>& x, const std::int64_t* label,
                   const typename ShortRows<T>::template Each<T>& v) {
  using Rows = ShortRows<T>;
  const ShortPowers<T> of(x);
  typename Rows::template Each<T> share;
  for (std::int64_t i = 0; i < Rows::count; ++i) {
    share[i] =
        static_cast<T>(static_cast<double>(v[i]) / (static_cast<double>(of.own[i]) + of.others[i]));
  }
  for (std::int64_t j = 0; j < x.size(); ++j) {
    for (std::int64_t i = 0; i < Rows::count; ++i) x[j][i] = -(of.powers[j][i] * share[i]);
  }
  for (std::int64_t i = 0; i < Rows::count; ++i) {
    if (v[i] == 0) continue;
    const auto most = static_cast<std::int64_t>(of.place[i]);
    const double own = static_cast<double>(of.own[i]);
    if (label[i] != most) x[label[i]][i] = v[i] - of.powers[label[i]][i] * share[i];
    const double kept = static_cast<double>(v[i]) * (label[i] == most ? of.others[i] : -own);
    x[most][i] = static_cast<T>(kept / (own + of.others[i]));
  }
}

}  // namespace

void cross_entropy(Ref out, Ref logits, const Labels& labels, const LabelWeights& weights) {
  dispatch_known_floating(logits.dtype, [&]<class T>(std::type_identity<T>) {
    const Weighting<T> weighted(weights);
    const std::int64_t n = labels.classes;
    const T* x = logits.as<const T>();
    std::vector<T> sums(weights.each ? 0 : static_cast<std::size_t>(labels.rows));
    T* losses = weights.each ? out.as<T>() : sums.data();
    const auto lose = [&](std::int64_t i, auto&& log_probability_of) {
      const std::int64_t label = labels.label[i];
      losses[i] = label == labels.ignored ? T(0) : -weighted(label, log_probability_of(label));
    };
    each_row<T>(
        labels,
        [&](std::int64_t i, std::int64_t m) {
          const ShortPowers<T> of(ShortRows<T>(n, x + i * n, n, m));
          const auto logs = of.logs();
          for (std::int64_t r = 0; r < m; ++r) {
            lose(i + r, [&](std::int64_t label) {
              return (x[(i + r) * n + label] - of.largest[r]) - static_cast<T>(logs[r]);
            });
          }
        },
        [&](std::int64_t i) {
          lose(i, [&](std::int64_t label) { return log_probability(x + i * n, n, label); });
        });
    if (weights.each) return;
    long double total = 0;  // of numbers whose mean is in range, though their sum may not be
    for (const T loss : sums) total += loss;
    *out.as<T>() = static_cast<T>(total * weights.scale);
  });
}

void cross_entropy_gradient(Ref out, Ref g, Ref logits, const Labels& labels,
                            const LabelWeights& weights) {
  dispatch_known_floating(logits.dtype, [&]<class T>(std::type_identity<T>) {
    const Weighting<T> weighted(weights);
    const std::int64_t n = labels.classes;
    const T scale = static_cast<T>(weights.scale);
    const T* from = g.as<const T>();
    const T* x = logits.as<const T>();
    T* to = out.as<T>();
    const auto factor = [&](std::int64_t i) {
      const std::int64_t label = labels.label[i];
      return label == labels.ignored ? T(0) : -weighted(label, from[weights.each ? i : 0]) * scale;
    };
    // Nobody asks for what counts for nothing, though the row be without a softmax.
    const auto drop = [&](std::int64_t i) { std::fill_n(to + i * n, n, T(0)); };
    each_row<T>(
        labels,
        [&](std::int64_t i, std::int64_t m) {
          typename ShortRows<T>::template Each<T> v{};
          for (std::int64_t r = 0; r < m; ++r) v[r] = factor(i + r);
          ShortRows<T> rows(n, x + i * n, n, m);
          gradient_rows(rows, labels.label + i, v);
          rows.store(to + i * n, n, m);
          for (std::int64_t r = 0; r < m; ++r) {
            if (v[r] == 0) drop(i + r);
          }
        },
        [&](std::int64_t i) {
          const T v = factor(i);
          if (v == 0) return drop(i);
          gradient_row(to + i * n, x + i * n, n, labels.label[i], v);
        });
  });
}

}  // namespace tapegrad::kernels
