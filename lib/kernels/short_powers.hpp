// The powers of short rows, the largest apart: what the logarithm of softmax and its gradients are
// made of.
#pragma once

#include "kernels/row_power.hpp"
#include "kernels/short_rows.hpp"

namespace tapegrad::kernels {

template <class T>
struct ShortPowers {
  using Rows = ShortRows<T>;
  template <class R>
  using Each = typename Rows::template Each<R>;

  Each<T> largest;      ///< of the elements
  Each<T> place;        ///< where it is for the first time
  Each<T> own;          ///< its power
  Rows powers;          ///< of the elements, 0 (or NaN) at the place
  Each<double> others;  ///< their sum

  [[gnu::noinline]] explicit ShortPowers(const Rows& x) : powers(x.size()) {
    for (std::int64_t k = 0; k < Rows::count; k += Rows::width) raise(x, k);
    others = powers.sums();
  }

  /// log_of_sum() of each row.
  [[gnu::noinline]] Each<double> logs() const {
    constexpr auto double_width = static_cast<std::int64_t>(Batch<double>::size);
    Each<double> result;
    for (std::int64_t i = 0; i < Rows::count; ++i) {
      result[i] = others[i] / static_cast<double>(own[i]);
    }
    for (std::int64_t i = 0; i < Rows::count; i += double_width) {
      result.set(i, log1p(result.get(i)));
    }
    return result;
  }

 private:
  void raise(const Rows& x, std::int64_t k) {
    using V = Batch<T>;
    const V most = x.largest(k);
    const RowPower<T> power(most);
    const V greatest = power.largest();
    const V none = greatest - greatest;
    V at(T(0));
    auto seen = most != most;
    for (std::int64_t j = 0; j < x.size(); ++j) {
      const V v = x.get(j, k);
      const auto first = (v == most) & !seen;
      seen = seen | first;
      at = xsimd::select(first, V(static_cast<T>(j)), at);
      powers.set(j, k, xsimd::select(first, none, power(v)));
    }
    largest.set(k, most);
    place.set(k, at);
    own.set(k, greatest);
  }
};

}  // namespace tapegrad::kernels
