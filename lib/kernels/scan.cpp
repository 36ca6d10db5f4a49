#include "kernels/scan.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

#include "core/dispatch.hpp"
#include "kernels/copy.hpp"
#include "kernels/lines.hpp"

namespace tapegrad::kernels {
namespace {

/// Where numbers of T are added up and multiplied: integers without being undefined.
template <class T>
using Wide = std::conditional_t<std::is_integral_v<T>, std::uint64_t, double>;

template <class F>
void dispatch_wide(DType dtype, const F& f) {
  if (dtype == DType::int64) return f(std::type_identity<std::int64_t>{});
  dispatch_known_floating(dtype, f);
}

/// y[i] = the result of step(everything before, x[i]), from one end to the other.
template <class Step>
void scan(Ref out, Ref in, std::size_t dim, From from, int start, const Step& step) {
  dispatch_wide(in.dtype, [&]<class T>(std::type_identity<T>) {
    map_lines<T>(out, in, dim, [&](T* y, const T* x, std::int64_t n) {
      auto total = static_cast<Wide<T>>(start);
      for (std::int64_t k = 0; k < n; ++k) {
        const std::int64_t i = from == From::begin ? k : n - 1 - k;
        total = step(total, static_cast<Wide<T>>(x[i]));
        y[i] = static_cast<T>(total);
      }
    });
  });
}

/// Calls f(line of a, its stride, line of b, its stride, line of c, its stride, length).
template <class A, class B, class C, class F>
void with_lines(Ref a, Ref b, Ref c, std::size_t dim, const F& f) {
  if (a.layout->numel() == 0) return;
  const Along of_a(*a.layout, dim);
  const Along of_b(*b.layout, dim);
  const Along of_c(*c.layout, dim);
  Walk<3>({with_layout(a, of_a.others), with_layout(b, of_b.others), with_layout(c, of_c.others)})
      .parallel_rows(grain / of_a.n, [&](const auto& at, const auto& stride, std::int64_t count) {
        A* x = reinterpret_cast<A*>(at[0]);
        B* y = reinterpret_cast<B*>(at[1]);
        C* z = reinterpret_cast<C*>(at[2]);
        for (std::int64_t i = 0; i < count; ++i) {
          f(x + i * stride[0], of_a.stride, y + i * stride[1], of_b.stride, z + i * stride[2],
            of_c.stride, of_a.n);
        }
      });
}

}  // namespace

void cumsum(Ref out, Ref in, std::size_t dim, From from) {
  scan(out, in, dim, from, 0, [](auto total, auto x) { return total + x; });
}

void cumprod(Ref out, Ref in, std::size_t dim, From from) {
  scan(out, in, dim, from, 1, [](auto total, auto x) { return total * x; });
}

void logcumsumexp(Ref out, Ref in, std::size_t dim) {
  dispatch_known_floating(in.dtype, [&]<class T>(std::type_identity<T>) {
    map_lines<T>(out, in, dim, [](T* y, const T* x, std::int64_t n) {
      // exp(most) * sum is what has been added up.
      double most = -std::numeric_limits<double>::infinity();
      double sum = 0;
      for (std::int64_t i = 0; i < n; ++i) {
        const auto v = static_cast<double>(x[i]);
        if (v > most) {
          sum = sum * std::exp(most - v) + 1;
          most = v;
        } else if (v == most) {  // two infinities have no difference
          sum += 1;
        } else {
          sum += std::exp(v - most);
        }
        y[i] = static_cast<T>(std::isinf(most) && sum == sum ? most : most + std::log(sum));
      }
    });
  });
}

void recurrence(Ref out, Ref in, Ref factor, std::size_t dim, From from) {
  dispatch_known_floating(in.dtype, [&]<class T>(std::type_identity<T>) {
    with_lines<T, const T, const T>(
        out, in, factor, dim,
        [&](T* y, std::int64_t to, const T* x, std::int64_t by, const T* a, std::int64_t along,
            std::int64_t n) {
          double last = 0;
          for (std::int64_t k = 0; k < n; ++k) {
            const std::int64_t i = from == From::begin ? k : n - 1 - k;
            const auto v = static_cast<double>(x[i * by]);
            last = k == 0 ? v : v + static_cast<double>(a[i * along]) * last;
            y[i * to] = static_cast<T>(last);
          }
        });
  });
}

template <class Which>
void index_of_running_extreme(Ref out, Ref in, std::size_t dim) {
  dispatch_wide(in.dtype, [&]<class T>(std::type_identity<T>) {
    with_lines<std::int64_t, const T, const T>(
        out, in, in, dim,
        [](std::int64_t* place, std::int64_t to, const T* x, std::int64_t by, const T*,
           std::int64_t, std::int64_t n) {
          std::int64_t best = 0;
          for (std::int64_t i = 0; i < n; ++i) {
            const T v = x[i * by];
            const T most = x[best * by];
            if (v != v || (most == most && Which::pick(v, most) == v)) best = i;
            place[i * to] = best;
          }
        });
  });
}

template void index_of_running_extreme<Largest>(Ref, Ref, std::size_t);
template void index_of_running_extreme<Smallest>(Ref, Ref, std::size_t);

void prod(Ref out, Ref in, std::size_t dim) {
  if (in.layout->numel() == 0) return fill(out, 1);
  dispatch_wide(in.dtype, [&]<class T>(std::type_identity<T>) {
    reduce_lines<T, T>(out, in, dim, [](const T* x, std::int64_t n) {
      constexpr std::int64_t parts = 16;  // one product would wait for each of its multiplications
      Wide<T> part[parts];
      std::fill_n(part, parts, Wide<T>{1});
      std::int64_t i = 0;
      for (; i + parts <= n; i += parts) {
        for (std::int64_t k = 0; k < parts; ++k) part[k] *= static_cast<Wide<T>>(x[i + k]);
      }
      for (std::int64_t k = 0; i < n; ++i, ++k) part[k] *= static_cast<Wide<T>>(x[i]);
      for (std::int64_t half = parts / 2; half > 0; half /= 2) {
        for (std::int64_t k = 0; k < half; ++k) part[k] *= part[k + half];
      }
      return static_cast<T>(part[0]);
    });
  });
}

}  // namespace tapegrad::kernels
