#include "kernels/cross_entropy.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/dispatch.hpp"
#include "kernels/log_of_sum.hpp"
#include "kernels/parallel.hpp"
#include "kernels/row_extreme.hpp"

namespace tapegrad::kernels {
namespace {

/// Calls f(i, logits, label) for rows, in several threads.
template <class T, class F>
void each_row(const T* logits, const Labels& labels, const F& f) {
  const std::int64_t n = labels.classes;
  // A power costs as much as a dozen elements of the fastest loops.
  parallel_for(labels.rows, std::max<std::int64_t>(1, grain / (12 * n + 1)),
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t i = begin; i < end; ++i) f(i, logits + i * n, labels.label[i]);
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
  map_dense(out, out, n, [share](const auto& e) { return -(e * share); });
  if (label != most) out[label] = v - power * share;
  const double kept = static_cast<double>(v) * (label == most ? powers.value() : -own);
  out[most] = static_cast<T>(kept / total);
}

}  // namespace

void cross_entropy(Ref out, Ref logits, const Labels& labels, const LabelWeights& weights) {
  dispatch_known_floating(logits.dtype, [&]<class T>(std::type_identity<T>) {
    const Weighting<T> weighted(weights);
    std::vector<T> sums(weights.each ? 0 : static_cast<std::size_t>(labels.rows));
    T* losses = weights.each ? out.as<T>() : sums.data();
    each_row(logits.as<const T>(), labels, [&](std::int64_t i, const T* x, std::int64_t label) {
      const bool counts = label != labels.ignored;
      losses[i] = counts ? -weighted(label, log_probability(x, labels.classes, label)) : T(0);
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
    const T scale = static_cast<T>(weights.scale);
    const T* from = g.as<const T>();
    each_row(logits.as<const T>(), labels, [&](std::int64_t i, const T* x, std::int64_t label) {
      T* to = out.as<T>() + i * labels.classes;
      const bool counts = label != labels.ignored;
      const T v = counts ? -weighted(label, from[weights.each ? i : 0]) * scale : T(0);
      // Nobody asks for what counts for nothing, though the row be without a softmax.
      if (v == 0) {
        std::fill_n(to, labels.classes, T(0));
      } else {
        gradient_row(to, x, labels.classes, label, v);
      }
    });
  });
}

}  // namespace tapegrad::kernels
