// Every row is shifted by its maximum first: exp overflows float32 above 88.7. The maximum's own
// power is 1, and stays outside of the sum where its logarithm is wanted: log1p keeps the rest.
#include "kernels/softmax.hpp"

#include <cmath>
#include <limits>

#include "core/dispatch.hpp"
#include "kernels/copy.hpp"
#include "kernels/lines.hpp"
#include "kernels/map.hpp"
#include "kernels/row_extreme.hpp"
#include "kernels/row_sum.hpp"
#include "kernels/shifted_exp.hpp"

namespace tapegrad::kernels {
namespace {

/// y[i] = f(x[i]); y may be x.
template <class T, class F>
void map_dense(T* y, const T* x, std::int64_t n, const F& f) {
  VectorRow<T, 1>::dense(f, y, {x}, {1}, n, std::make_index_sequence<1>{});
}

/// log(sum(exp(x - x[most]))), where x[most] is the largest element.
template <class T>
double log_of_sum(const T* x, std::int64_t n, std::int64_t most) {
  constexpr std::int64_t chunk = 512;
  alignas(64) T powers[chunk];
  Compensated others;
  for (std::int64_t i = 0; i < n; i += chunk) {
    const std::int64_t m = std::min(chunk, n - i);
    map_dense(powers, x + i, m, ShiftedExp<T>{x[most]});
    // 0, or NaN where exp(inf - inf) was.
    if (most >= i && most < i + m) powers[most - i] = x[most] - x[most];
    RowSum<T>::add(others, powers, m);
  }
  return std::log1p(others.value());
}

}  // namespace

void softmax(Ref out, Ref in, std::size_t dim) {
  dispatch_known_floating(in.dtype, [&]<class T>(std::type_identity<T>) {
    map_lines<T>(out, in, dim, [](T* y, const T* x, std::int64_t n) {
      map_dense(y, x, n, ShiftedExp<T>{row_extreme<Largest>(x, n)});
      Compensated total;
      RowSum<T>::add(total, y, n);
      const T divisor = static_cast<T>(total.value());
      map_dense(y, y, n, [divisor](const auto& v) { return v / divisor; });
    });
  });
}

void log_softmax(Ref out, Ref in, std::size_t dim) {
  dispatch_known_floating(in.dtype, [&]<class T>(std::type_identity<T>) {
    map_lines<T>(out, in, dim, [](T* y, const T* x, std::int64_t n) {
      const std::int64_t most = row_index_of_extreme<Largest>(x, n);
      const T shift = x[most];
      const T rest = static_cast<T>(log_of_sum(x, n, most));
      map_dense(y, x, n, [shift, rest](const auto& v) { return (v - shift) - rest; });
    });
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
