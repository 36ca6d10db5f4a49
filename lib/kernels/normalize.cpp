#include "kernels/normalize.hpp"

#include <utility>

#include "core/dispatch.hpp"
#include "kernels/normalized_unit.hpp"
#include "kernels/row_sum.hpp"

namespace tapegrad::kernels {
namespace {

/// Mean and variance of one unit.
struct Moments {
  double mean, variance;
};

/// About `start`, which lies near the elements: the means of the differences and of their squares.
template <class T>
Moments about(T start, const T* x, std::int64_t u, const Units& all) {
  Compensated differences, squares;
  for (std::int64_t j = 0; j < all.segments; ++j) {
    const T* const segment = x + all.at(u, j);
    RowSum<T>::add_pair(differences, squares, all.length,
                        [&]<class V>(std::type_identity<V>, std::int64_t i) {
                          const V d = load_as<V>(segment + i) - start;
                          return std::pair<V, V>(d, d * d);
                        });
  }
  const double count = static_cast<double>(all.elements());
  const double off = differences.value() / count;
  return {static_cast<double>(start) + off, squares.value() / count - off * off};
}

/// One pass about the first element, which is seldom so far from the mean that it must be made
/// again about that: the variance would miss as many digits as it is smaller than the square of the
/// distance.
template <class T>
Moments moments_of(const T* x, std::int64_t u, const Units& all) {
  if (!all.centered) {
    const Moments m = about(T(0), x, u, all);
    return {0, m.variance + m.mean * m.mean};
  }
  const T start = x[all.at(u, 0)];
  const Moments m = about(start, x, u, all);
  const double off = m.mean - static_cast<double>(start);
  return off * off > 16 * m.variance ? about(static_cast<T>(m.mean), x, u, all) : m;
}

template <class T>
struct Affine {
  const T* weight;
  const T* bias;
};

template <class T>
void standardize(T* y, const T* x, const Standard<T>& of, std::int64_t u, const Affine<T>& a,
                 const Units& all) {
  for (std::int64_t j = 0; j < all.segments; ++j) {
    const std::int64_t at = all.at(u, j);
    const std::int64_t c = all.by_element ? 0 : all.channel(u, j);
    const auto each = [&](const auto& weight, const auto& bias) {
      each_batch_of<T>(all.length, [&]<class V>(std::type_identity<V> v, std::int64_t i) {
        store_to(y + at + i, V(V(of(load_as<V>(x + at + i))) * weight(v, i) + bias(v, i)));
      });
    };
    const auto same = [](T number) {
      return [=]<class V>(std::type_identity<V>, std::int64_t) { return V(number); };
    };
    const auto own = [](const T* row) {
      return [=]<class V>(std::type_identity<V>, std::int64_t i) { return load_as<V>(row + i); };
    };
    if (!all.by_element) {
      each(same(a.weight ? a.weight[c] : T(1)), same(a.bias ? a.bias[c] : T(0)));
    } else if (a.weight && a.bias) {
      each(own(a.weight), own(a.bias));
    } else if (a.weight) {
      each(own(a.weight), same(T(0)));
    } else if (a.bias) {
      each(same(T(1)), own(a.bias));
    } else {
      each(same(T(1)), same(T(0)));
    }
  }
}

/// Has the processor fetch where short rows will be written: by then it is there.
template <class T>
void expect(const T* y, std::int64_t u, const Units& all) {
  constexpr std::int64_t line = 64 / static_cast<std::int64_t>(sizeof(T));
  if (!all.by_element || all.length > in_cache) return;
  for (std::int64_t i = 0; i < all.length; i += line) __builtin_prefetch(y + all.at(u, 0) + i, 1);
}

/// The moments of some units, so that none waits for its own, and what they are for while these
/// units are in the cache.
template <class T>
void normalize_all(T* y, double* moments, const T* x, const Affine<T>& a, double eps,
                   const Units& all) {
  some_units(all, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t u = begin; u < end; ++u) {
      expect(y, u, all);
      const Moments m = moments_of(x, u, all);
      moments[u] = m.mean;
      moments[all.units + u] = m.variance;
    }
    for (std::int64_t u = begin; u < end; ++u) {
      standardize(y, x, Standard<T>(moments, u, eps, all), u, a, all);
    }
  });
}

}  // namespace

void normalize(Ref out, Ref moments, Ref x, const Ref* weight, const Ref* bias, double eps,
               const Units& units) {
  dispatch_known_floating(x.dtype, [&]<class T>(std::type_identity<T>) {
    const Affine<T> affine{weight ? weight->as<const T>() : nullptr,
                           bias ? bias->as<const T>() : nullptr};
    normalize_all(out.as<T>(), moments.as<double>(), x.as<const T>(), affine, eps, units);
  });
}

}  // namespace tapegrad::kernels
