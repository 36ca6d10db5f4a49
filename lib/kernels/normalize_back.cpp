#include <algorithm>
#include <type_traits>

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
  T operator()(T gw, T y, T inverse) const { return ((gw - mean) - y * slope) * inverse; }
};

/// Rows whose elements have weights of their own; their gradients are sums over all rows, added in
/// float64 every so many rows.
template <class T>
class RowsBack {
 public:
  static constexpr std::int64_t most_parts = 16;
  static constexpr std::int64_t rows_at_once = 16;

  RowsBack(T* dx, const T* g, const T* x, Ref moments, const T* weight, double eps,
           const Units& all)
      : dx_(dx), g_(g), x_(x), moments_(moments), weight_(weight), eps_(eps), all_(all) {}

  void run(T* dweight, T* dbias) const {
    const std::int64_t n = all_.length;
    const std::int64_t parts = std::min(all_.units, most_parts);
    const Scratch<double> sums(parts * 2 * n);
    std::fill_n(sums.get(), parts * 2 * n, 0.0);
    parallel_for(parts, 1 + grain * parts / (all_.units * n + 1),
                 [&](std::int64_t begin, std::int64_t end) {
                   for (std::int64_t p = begin; p < end; ++p)
                     part(sums.get() + p * 2 * n, p, parts);
                 });
    for (std::int64_t i = 0; i < n; ++i) {
      double w = 0, b = 0;
      for (std::int64_t p = 0; p < parts; ++p) {
        w += sums[p * 2 * n + i];
        b += sums[p * 2 * n + n + i];
      }
      dweight[i] = static_cast<T>(w);
      dbias[i] = static_cast<T>(b);
    }
  }

 private:
  void part(double* sums, std::int64_t p, std::int64_t parts) const {
    const std::int64_t n = all_.length;
    const std::int64_t end = (p + 1) * all_.units / parts;
    const Scratch<T> some(4 * n);
    T* w = some.get();
    T* b = w + n;
    for (std::int64_t first = p * all_.units / parts; first < end; first += rows_at_once) {
      std::fill_n(w, 2 * n, T(0));
      for (std::int64_t u = first; u < std::min(end, first + rows_at_once); ++u) {
        row(u, w, b, b + n, b + 2 * n);
      }
      for (std::int64_t i = 0; i < 2 * n; ++i) sums[i] += static_cast<double>(w[i]);
    }
  }

  /// `gw` and `products`: room for gradients times weights, and these times y.
  void row(std::int64_t u, T* w, T* b, T* gw, T* products) const {
    const std::int64_t n = all_.length;
    const Standard<T> of(moments_, u, eps_, all_);
    const T* g = g_ + u * n;
    const T* x = x_ + u * n;
    // In batches: for so many arrays a compiler asks each time whether they overlap.
    const auto see = [&]<class V>(std::type_identity<V>, std::int64_t i) {
      const V gradient = load<V>(g + i);
      const V product = gradient * of(load<V>(x + i));
      const V weight = weight_ ? load<V>(weight_ + i) : V(T(1));
      store(w + i, V(load<V>(w + i) + product));
      store(b + i, V(load<V>(b + i) + gradient));
      store(gw + i, V(gradient * weight));
      store(products + i, V(product * weight));
    };
    constexpr auto width = static_cast<std::int64_t>(Batch<T>::size);
    std::int64_t i = 0;
    for (; i + width <= n; i += width) see(std::type_identity<Batch<T>>{}, i);
    for (; i < n; ++i) see(std::type_identity<T>{}, i);
    Compensated sum, with_y;
    RowSum<T>::add(with_y, products, n);
    if (all_.centered) RowSum<T>::add(sum, gw, n);
    const Pull<T> pull(sum.value(), with_y.value(), all_);
    T* __restrict dx = dx_ + u * n;
    for (std::int64_t k = 0; k < n; ++k) dx[k] = pull(gw[k], of(x[k]), of.inverse);
  }

  template <class V>
  static V load(const T* from) {
    if constexpr (std::is_same_v<V, T>) {
      return *from;
    } else {
      return V::load_unaligned(from);
    }
  }
  static void store(T* to, T v) { *to = v; }
  static void store(T* to, const Batch<T>& v) { v.store_unaligned(to); }

  T* dx_;
  const T* g_;
  const T* x_;
  Ref moments_;
  const T* weight_;
  double eps_;
  const Units& all_;
};

/// Segments with a weight each. Sums of segments are kept, and added up for each channel at the
/// end.
template <class T>
class ChannelsBack {
 public:
  ChannelsBack(T* dx, const T* g, const T* x, Ref moments, const Affine<T>& a, double eps,
               const Units& all)
      : dx_(dx), g_(g), x_(x), moments_(moments), affine_(a), eps_(eps), all_(all) {}

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
  void unit(std::int64_t u, double* sums) const {
    const Standard<T> of(moments_, u, eps_, all_);
    double sum = 0, with_y = 0;
    for (std::int64_t j = 0; j < all_.segments; ++j) {
      sums_of_segment(all_.at(u, j), of, sums + 2 * j);
      const double weight = static_cast<double>(affine_.factor(all_.channel(u, j)));
      sum += sums[2 * j] * weight;
      with_y += sums[2 * j + 1] * weight;
    }
    const Pull<T> pull(sum, with_y, all_);
    for (std::int64_t j = 0; j < all_.segments; ++j) {
      const std::int64_t at = all_.at(u, j);
      const T weight = affine_.factor(all_.channel(u, j));
      for (std::int64_t i = at; i < at + all_.length; ++i) {
        dx_[i] = pull(g_[i] * weight, of(x_[i]), of.inverse);
      }
    }
  }
  void sums_of_segment(std::int64_t at, const Standard<T>& of, double* sums) const {
    constexpr std::int64_t chunk = 512;
    alignas(64) T products[chunk];
    Compensated sum, with_y;
    for (std::int64_t i = 0; i < all_.length; i += chunk) {
      const std::int64_t n = std::min(chunk, all_.length - i);
      const T* g = g_ + at + i;
      const T* x = x_ + at + i;
      for (std::int64_t k = 0; k < n; ++k) products[k] = g[k] * of(x[k]);
      RowSum<T>::add(sum, g, n);
      RowSum<T>::add(with_y, products, n);
    }
    sums[0] = sum.value();
    sums[1] = with_y.value();
  }

  T* dx_;
  const T* g_;
  const T* x_;
  Ref moments_;
  Affine<T> affine_;
  double eps_;
  const Units& all_;
};

}  // namespace

void normalize_back(Ref dx, Ref dweight, Ref dbias, Ref g, Ref x, Ref moments, const Ref* weight,
                    double eps, const Units& units) {
  dispatch_known_floating(x.dtype, [&]<class T>(std::type_identity<T>) {
    T* to = dx.as<T>();
    const Affine<T> a(weight, nullptr);
    if (units.by_element) {
      RowsBack<T>(to, g.as<const T>(), x.as<const T>(), moments, a.weight, eps, units)
          .run(dweight.as<T>(), dbias.as<T>());
    } else {
      ChannelsBack<T>(to, g.as<const T>(), x.as<const T>(), moments, a, eps, units)
          .run(dweight.as<T>(), dbias.as<T>());
    }
  });
}

}  // namespace tapegrad::kernels
