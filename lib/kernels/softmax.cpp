// Every row is shifted by its maximum first: exp overflows float32 above 88.7.
#include "kernels/softmax.hpp"

#include <cmath>
#include <limits>

#include "core/dispatch.hpp"
#include "kernels/copy.hpp"
#include "kernels/lines.hpp"
#include "kernels/map.hpp"
#include "kernels/row_sum.hpp"

namespace tapegrad::kernels {
namespace {

/// y[i] = f(x[i]); y may be x.
template <class T, class F>
void map_dense(T* y, const T* x, std::int64_t n, const F& f) {
  VectorRow<T, 1>::dense(f, y, {x}, {1}, n, std::make_index_sequence<1>{});
}

/// The largest element of a row; whatever it is beside NaN, NaN follows from the rest.
template <class T>
T row_max(const T* x, std::int64_t n) {
  constexpr std::int64_t width = static_cast<std::int64_t>(Batch<T>::size);
  if (n < width) return *std::max_element(x, x + n);
  Batch<T> most = Batch<T>::load_unaligned(x + n - width);
  Batch<T> other = most;
  std::int64_t i = 0;
  for (; i + 2 * width <= n; i += 2 * width) {
    most = xsimd::max(most, Batch<T>::load_unaligned(x + i));
    other = xsimd::max(other, Batch<T>::load_unaligned(x + i + width));
  }
  if (i + width <= n) other = xsimd::max(other, Batch<T>::load_unaligned(x + i));
  alignas(64) T lanes[static_cast<std::size_t>(width)];
  xsimd::max(most, other).store_aligned(lanes);
  return *std::max_element(lanes, lanes + width);
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
      const T shift = row_max(x, n);
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
      const T shift = row_max(x, n);
      const T rest = log_of_sum(x, n, shift);
      map_dense(y, x, n, [shift, rest](const auto& v) { return (v - shift) - rest; });
    });
  });
}

void logsumexp(Ref out, Ref in, std::size_t dim) {
  if (in.layout->numel() == 0) return fill(out, -std::numeric_limits<double>::infinity());
  on_floats(in, [&]<class T>(std::type_identity<T>) {
    reduce_lines<T, T>(out, in, dim, [](const T* x, std::int64_t n) {
      const T most = row_max(x, n);
      // inf - inf is NaN, where the result is inf or -inf.
      const T shift = std::isinf(most) ? T(0) : most;
      return shift + log_of_sum(x, n, shift);
    });
  });
}

}  // namespace tapegrad::kernels
