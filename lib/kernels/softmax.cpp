// Every row is shifted by its maximum first: exp overflows float32 above 88.7.
#include "kernels/softmax.hpp"

#include <cmath>
#include <limits>

#include "core/dispatch.hpp"
#include "kernels/copy.hpp"
#include "kernels/lines.hpp"
#include "kernels/map.hpp"
#include "kernels/row_extreme.hpp"
#include "kernels/row_sum.hpp"

namespace tapegrad::kernels {
namespace {

/// y[i] = f(x[i]); y may be x.
template <class T, class F>
void map_dense(T* y, const T* x, std::int64_t n, const F& f) {
  VectorRow<T, 1>::dense(f, y, {x}, {1}, n, std::make_index_sequence<1>{});
}

/// log(sum(exp(x - shift))).
template <class T>
T log_of_sum(const T* x, std::int64_t n, T shift) {
  constexpr std::int64_t chunk = 512;
  alignas(64) T powers[chunk];
  Compensated total;
  for (std::int64_t i = 0; i < n; i += chunk) {
    const std::int64_t m = std::min(chunk, n - i);
    map_dense(powers, x + i, m, [shift](const auto& v) { return exp(v - shift); });
    RowSum<T>::add(total, powers, m);
  }
  return static_cast<T>(std::log(total.value()));
}

template <class F>
void on_floats(Ref in, F&& f) {
  dispatch(in.dtype, [&]<class T>(std::type_identity<T> type) {
    if constexpr (std::is_floating_point_v<T>) f(type);
  });
}

}  // namespace

void softmax(Ref out, Ref in, std::size_t dim) {
  on_floats(in, [&]<class T>(std::type_identity<T>) {
    map_lines<T>(out, in, dim, [](T* y, const T* x, std::int64_t n) {
      const T shift = row_extreme<Largest>(x, n);
      map_dense(y, x, n, [shift](const auto& v) { return exp(v - shift); });
      Compensated total;
      RowSum<T>::add(total, y, n);
      const T divisor = static_cast<T>(total.value());
      map_dense(y, y, n, [divisor](const auto& v) { return v / divisor; });
    });
  });
}

void log_softmax(Ref out, Ref in, std::size_t dim) {
  on_floats(in, [&]<class T>(std::type_identity<T>) {
    map_lines<T>(out, in, dim, [](T* y, const T* x, std::int64_t n) {
      const T shift = row_extreme<Largest>(x, n);
      const T rest = log_of_sum(x, n, shift);
      map_dense(y, x, n, [shift, rest](const auto& v) { return (v - shift) - rest; });
    });
  });
}

void logsumexp(Ref out, Ref in, std::size_t dim) {
  if (in.layout->numel() == 0) return fill(out, -std::numeric_limits<double>::infinity());
  on_floats(in, [&]<class T>(std::type_identity<T>) {
    reduce_lines<T, T>(out, in, dim, [](const T* x, std::int64_t n) {
      const T most = row_extreme<Largest>(x, n);
      // inf - inf is NaN, where the result is inf or -inf.
      const T shift = std::isinf(most) ? T(0) : most;
      return shift + log_of_sum(x, n, shift);
    });
  });
}

}  // namespace tapegrad::kernels
