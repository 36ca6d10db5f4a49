#include "kernels/softmax.hpp"

#include <cmath>
#include <cstdint>
#include <limits>

#include "core/dispatch.hpp"
#include "kernels/copy.hpp"
#include "kernels/lines.hpp"
#include "kernels/log_of_sum.hpp"
#include "kernels/map.hpp"
#include "kernels/row_extreme.hpp"
#include "kernels/row_power.hpp"
#include "kernels/row_sum.hpp"
#include "kernels/short_powers.hpp"
#include "kernels/short_rows.hpp"

namespace tapegrad::kernels {
namespace {

/// v / divisor. For float32 as a product with an inverse of twice its digits, which takes a fifth
/// of the time of a division and rounds as often as dividing by a rounded number.
template <class T>
struct Divided {
  double divisor;
  T inverse = static_cast<T>(1 / divisor);
  T rest = static_cast<T>(1 / divisor - static_cast<double>(inverse));
  auto operator()(const auto& v) const {
    if constexpr (std::is_same_v<T, double>) {
      return v / divisor;
    } else {
      return v * inverse + v * rest;
    }
  }
};

/// Whether no other power of a row changes the sum of them: it becomes 1 exactly.
template <class T>
bool counts_alone(T largest, double total) {
  return static_cast<T>(total / static_cast<double>(largest)) == 1;
}

template <class T>
void softmax_row(T* y, const T* x, std::int64_t n) {
  constexpr double largest_power = 1.5 * (std::uint64_t{1} << Formulas<T>::lift);
  const RowPower<T> power(row_extreme<LargestNumber>(x, n));
  map_dense(y, x, n, power);
  Compensated sum;
  RowSum<T>::add(sum, y, n);
  const double total = sum.value();
  if (total < largest_power) {
    const T largest = power.largest().get(0);
    if (counts_alone(largest, total)) {
      return map_dense(y, y, n, [largest](const auto& v) { return v / largest; });
    }
  }
  map_dense(y, y, n, Divided<T>{total});
}

/// Elements by the number of their row: `only`, where that isn't 0, or `total`.
template <class T>
void divide_rows(ShortRows<T>& rows, const typename ShortRows<T>::template Each<T>& only,
                 const typename ShortRows<T>::template Each<double>& totals) {
  using V = Batch<T>;
  using Rows = ShortRows<T>;
  typename Rows::template Each<T> inverse, rest;
  for (std::int64_t i = 0; i < Rows::count; ++i) {
    const Divided<T> divided{totals[i]};
    inverse[i] = divided.inverse;
    rest[i] = divided.rest;
  }
  for (std::int64_t k = 0; k < Rows::count; k += Rows::width) {
    const V alone = only.get(k);
    const V a = inverse.get(k);
    const V b = rest.get(k);
    const bool any = xsimd::any(alone != V(T(0)));
    for (std::int64_t j = 0; j < rows.size(); ++j) {
      const V v = rows.get(j, k);
      const V usual = v * a + v * b;
      rows.set(j, k, any ? xsimd::select(alone != V(T(0)), v / alone, usual) : usual);
    }
  }
}
template <>
void divide_rows(ShortRows<double>& rows, const ShortRows<double>::Each<double>& only,
                 const ShortRows<double>::Each<double>& totals) {
  for (std::int64_t j = 0; j < rows.size(); ++j) {
    for (std::int64_t i = 0; i < ShortRows<double>::count; ++i) {
      rows[j][i] /= only[i] != 0 ? only[i] : totals[i];
    }
  }
}

/// softmax_row() of rows side by side.
template <class T>
void softmax_rows(ShortRows<T>& rows) {
  using Rows = ShortRows<T>;
  typename Rows::template Each<T> largest;
  for (std::int64_t k = 0; k < Rows::count; k += Rows::width) {
    const RowPower<T> power(rows.largest(k));
    for (std::int64_t j = 0; j < rows.size(); ++j) rows.set(j, k, power(rows.get(j, k)));
    largest.set(k, power.largest());
  }
  const auto totals = rows.sums();
  for (std::int64_t i = 0; i < Rows::count; ++i) {
    if (!counts_alone(largest[i], totals[i])) largest[i] = 0;
  }
  divide_rows(rows, largest, totals);
}

template <class T>
void log_softmax_row(T* y, const T* x, std::int64_t n) {
  const std::int64_t most = row_index_of_extreme<Largest>(x, n);
  const T shift = x[most];
  const T rest = static_cast<T>(log_of_sum(x, n, most));
  map_dense(y, x, n, [shift, rest](const auto& v) { return (v - shift) - rest; });
}

template <class T>
void log_softmax_rows(ShortRows<T>& rows) {
  const ShortPowers<T> of(rows);
  const auto logs = of.logs();
  for (std::int64_t j = 0; j < rows.size(); ++j) {
    for (std::int64_t i = 0; i < ShortRows<T>::count; ++i) {
      rows[j][i] = (rows[j][i] - of.largest[i]) - static_cast<T>(logs[i]);
    }
  }
}

/// one(y, x, n) for each line, or some(rows) for short ones side by side, which takes and leaves
/// the same.
template <class T, class Some, class One>
void map_powers(Ref out, Ref in, std::size_t dim, const Some& some, const One& one) {
  map_some_lines<T>(out, in, dim, grain / power_cost,
                    [&](T* y, std::int64_t y_step, const T* x, std::int64_t x_step, std::int64_t n,
                        std::int64_t count) {
                      short_rows_or_long<T>(
                          0, count, n,
                          [&](std::int64_t i, std::int64_t m) {
                            ShortRows<T> rows(n, x + i * x_step, x_step, m);
                            some(rows);
                            rows.store(y + i * y_step, y_step, m);
                          },
                          [&](std::int64_t i) { one(y + i * y_step, x + i * x_step, n); });
                    });
}

}  // namespace

void softmax(Ref out, Ref in, std::size_t dim) {
  dispatch_known_floating(in.dtype, [&]<class T>(std::type_identity<T>) {
    map_powers<T>(out, in, dim, softmax_rows<T>, softmax_row<T>);
  });
}

void log_softmax(Ref out, Ref in, std::size_t dim) {
  dispatch_known_floating(in.dtype, [&]<class T>(std::type_identity<T>) {
    map_powers<T>(out, in, dim, log_softmax_rows<T>, log_softmax_row<T>);
  });
}

void logsumexp(Ref out, Ref in, std::size_t dim) {
  if (in.layout->numel() == 0) return fill(out, -std::numeric_limits<double>::infinity());
  dispatch_known_floating(in.dtype, [&]<class T>(std::type_identity<T>) {
    reduce_lines<T, T>(out, in, dim, [](const T* x, std::int64_t n) {
      const std::int64_t most = row_index_of_extreme<Largest>(x, n);
      if (std::isinf(x[most])) return x[most];  // inf - inf is NaN
      return static_cast<T>(static_cast<double>(x[most]) + log_of_sum(x, n, most));
    });
  });
}

}  // namespace tapegrad::kernels
