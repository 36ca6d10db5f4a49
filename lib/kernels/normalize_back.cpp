#include <algorithm>
#include <type_traits>
#include <utility>

#include "core/dispatch.hpp"
#include "kernels/matrices.hpp"
#include "kernels/normalized_unit.hpp"
#include "kernels/row_sum.hpp"
#include "kernels/simd.hpp"

namespace tapegrad::kernels {
namespace {

/// dx = (gw - mean(gw) - y mean(gw y)) / deviation, with gw the gradient times the weight and y the
/// normalised x.
template <class T>
struct Pull {
  T mean, slope;
  Pull(double sum, double sum_with_y, const Units& units)
      : mean(static_cast<T>(units.centered ? sum / static_cast<double>(units.elements()) : 0)),
        slope(static_cast<T>(sum_with_y / static_cast<double>(units.elements()))) {}
  template <class V>
  V operator()(const V& gw, const V& y, T inverse) const {
    return ((gw - mean) - y * slope) * inverse;
  }
};

/// What both kinds of units read and write.
template <class T>
struct Arrays {
  T* dx;
  const T* g;
  const T* x;
  const double* moments;
  const T* weight;
  double eps;
};

/// sum += the sum of gw, sum_with_y += that of gw y, where f(type, i) gives gw and x.
template <class T, class F>
[[gnu::always_inline]] inline void add_sums(double& sum, double& sum_with_y, const Standard<T>& y,
                                            std::int64_t n, const F& f) {
  Compensated of_gw, with_distance;
  RowSum<T>::add_pair(of_gw, with_distance, n, [&]<class V>(std::type_identity<V> v, auto i) {
    const auto [gw, x] = f(v, i);
    return std::pair<V, V>(gw, gw * (x - y.high));
  });
  const double gw = of_gw.value();
  sum += gw;
  sum_with_y +=
      (with_distance.value() - static_cast<double>(y.low) * gw) * static_cast<double>(y.inverse);
}

/// Rows whose elements have weights of their own; their gradients are sums over all rows, added in
/// float64 every so many rows.
template <class T>
class RowsBack {
 public:
  static constexpr std::int64_t most_parts = 16;
  static constexpr std::int64_t rows_at_once = 16;

  RowsBack(const Arrays<T>& arrays, const Units& all) : of_(arrays), all_(all) {}

  void run(T* dweight, T* dbias) const {
    const std::int64_t n = all_.length;
    const std::int64_t parts = std::clamp(all_.units / rows_at_once, std::int64_t{1}, most_parts);
    const Scratch<double> sums(parts * 2 * n);
    parallel_for(parts, 1 + grain * parts / (all_.units * n + 1),
                 [&](std::int64_t begin, std::int64_t end) {
                   for (std::int64_t p = begin; p < end; ++p)
                     part(sums.get() + p * 2 * n, p, parts);
                 });
    for (std::int64_t p = 1; p < parts; ++p) {
      for (std::int64_t i = 0; i < 2 * n; ++i) sums[i] += sums[p * 2 * n + i];
    }
    for (std::int64_t i = 0; i < n; ++i) {
      dweight[i] = static_cast<T>(sums[i]);
      dbias[i] = static_cast<T>(sums[n + i]);
    }
  }

 private:
  void part(double* sums, std::int64_t p, std::int64_t parts) const {
    const std::int64_t n = all_.length;
    const std::int64_t end = (p + 1) * all_.units / parts;
    const Scratch<T> some(2 * n);
    T* w = some.get();
    std::fill_n(sums, 2 * n, 0.0);
    for (std::int64_t first = p * all_.units / parts; first < end; first += rows_at_once) {
      std::fill_n(w, 2 * n, T(0));
      for (std::int64_t u = first; u < std::min(end, first + rows_at_once); ++u) row(u, w, w + n);
      for (std::int64_t i = 0; i < 2 * n; ++i) sums[i] += static_cast<double>(w[i]);
    }
  }

  /// First what each of the row's gradients needs of all, then these, while the row is near.
  void row(std::int64_t u, T* w, T* b) const {
    const std::int64_t n = all_.length;
    const T* const g = of_.g + u * n;
    const T* const x = of_.x + u * n;
    T* const dx = of_.dx + u * n;
    const auto weight = [&]<class V>(std::type_identity<V>, std::int64_t i) {
      return of_.weight ? load_as<V>(of_.weight + i) : V(T(1));
    };
    const Standard<T> y(of_.moments, u, of_.eps, all_);
    double sum = 0, with_y = 0;
    add_sums(sum, with_y, y, n, [&]<class V>(std::type_identity<V> v, std::int64_t i) {
      return std::pair<V, V>(load_as<V>(g + i) * weight(v, i), load_as<V>(x + i));
    });
    const Pull<T> pull(sum, with_y, all_);
    each_batch_of<T>(n, [&]<class V>(std::type_identity<V> v, std::int64_t i) {
      const V gradient = load_as<V>(g + i), normal = y(load_as<V>(x + i));
      store_to(w + i, V(load_as<V>(w + i) + gradient * normal));
      store_to(b + i, V(load_as<V>(b + i) + gradient));
      store_to(dx + i, pull(V(gradient * weight(v, i)), normal, y.inverse));
    });
  }

  Arrays<T> of_;
  const Units& all_;
};

/// Segments with a weight each. Sums of segments are kept, and added up for each channel at the
/// end.
template <class T>
class ChannelsBack {
 public:
  ChannelsBack(const Arrays<T>& arrays, const Units& all) : of_(arrays), all_(all) {}

  void run(T* dweight, T* dbias) const {
    const std::int64_t count = all_.units * all_.segments;
    const std::int64_t channels = all_.weights();
    const Scratch<double> sums(2 * count);
    each_unit(all_, [&](std::int64_t u) { unit(u, sums.get() + 2 * u * all_.segments); });
    const Scratch<double> totals(2 * channels);
    std::fill_n(totals.get(), 2 * channels, 0.0);
    for (std::int64_t i = 0; i < count; ++i) {
      const std::int64_t c = all_.channel(i / all_.segments, i % all_.segments);
      totals[c] += sums[2 * i + 1];
      totals[channels + c] += sums[2 * i];
    }
    for (std::int64_t c = 0; c < channels; ++c) {
      dweight[c] = static_cast<T>(totals[c]);
      dbias[c] = static_cast<T>(totals[channels + c]);
    }
  }

 private:
  T weight(std::int64_t u, std::int64_t j) const {
    return of_.weight ? of_.weight[all_.channel(u, j)] : T(1);
  }

  void unit(std::int64_t u, double* sums) const {
    const Standard<T> y(of_.moments, u, of_.eps, all_);
    double sum = 0, with_y = 0;
    for (std::int64_t j = 0; j < all_.segments; ++j) {
      const std::int64_t at = all_.at(u, j);
      sums[2 * j] = sums[2 * j + 1] = 0;
      add_sums(sums[2 * j], sums[2 * j + 1], y, all_.length,
               [&]<class V>(std::type_identity<V>, std::int64_t i) {
                 return std::pair<V, V>(load_as<V>(of_.g + at + i), load_as<V>(of_.x + at + i));
               });
      const double factor = static_cast<double>(weight(u, j));
      sum += sums[2 * j] * factor;
      with_y += sums[2 * j + 1] * factor;
    }
    const Pull<T> pull(sum, with_y, all_);
    for (std::int64_t j = 0; j < all_.segments; ++j) {
      const std::int64_t at = all_.at(u, j);
      const T factor = weight(u, j);
      each_batch_of<T>(all_.length, [&]<class V>(std::type_identity<V>, std::int64_t i) {
        const V gw = load_as<V>(of_.g + at + i) * factor;
        store_to(of_.dx + at + i, pull(gw, V(y(load_as<V>(of_.x + at + i))), y.inverse));
      });
    }
  }

  Arrays<T> of_;
  const Units& all_;
};

}  // namespace

void normalize_back(Ref dx, Ref dweight, Ref dbias, Ref g, Ref x, Ref moments, const Ref* weight,
                    double eps, const Units& units) {
  dispatch_known_floating(x.dtype, [&]<class T>(std::type_identity<T>) {
    const Arrays<T> arrays{dx.as<T>(),
                           g.as<const T>(),
                           x.as<const T>(),
                           moments.as<const double>(),
                           weight ? weight->as<const T>() : nullptr,
                           eps};
    if (units.by_element) {
      RowsBack<T>(arrays, units).run(dweight.as<T>(), dbias.as<T>());
    } else {
      ChannelsBack<T>(arrays, units).run(dweight.as<T>(), dbias.as<T>());
    }
  });
}

}  // namespace tapegrad::kernels
