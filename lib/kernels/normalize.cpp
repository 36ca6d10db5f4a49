#include "kernels/normalize.hpp"

#include "core/dispatch.hpp"
#include "kernels/normalized_unit.hpp"
#include "kernels/row_sum.hpp"

namespace tapegrad::kernels {
namespace {

/// The square of the distance from a number near the mean.
template <class T>
struct Distance {
  T padding;  // which is at no distance
  auto operator()(const auto& v) const {
    const auto d = v - padding;
    return d * d;
  }
};

template <class T, class F>
double sum_of_unit(const T* x, std::int64_t u, const Units& units, const F& f) {
  Compensated total;
  for (std::int64_t j = 0; j < units.segments; ++j) {
    RowSum<T>::add(total, x + units.at(u, j), units.length, f);
  }
  return total.value() / static_cast<double>(units.elements());
}

/// First the means of some units, then their variances, so that none waits for its own mean.
template <class T>
void moments_of(double* means, const T* x, const Units& units) {
  double* const variances = means + units.units;
  some_units(units, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t u = begin; u < end; ++u) {
      means[u] = units.centered ? sum_of_unit(x, u, units, Itself<T>{}) : 0;
    }
    for (std::int64_t u = begin; u < end; ++u) {
      const T near = static_cast<T>(means[u]);
      const double off = means[u] - static_cast<double>(near);
      variances[u] = sum_of_unit(x, u, units, Distance<T>{near}) - off * off;
    }
  });
}

template <class T>
void row_by_elements(T* y, const T* x, std::int64_t n, const Standard<T>& of, const Affine<T>& a) {
  const T* w = a.weight;
  const T* b = a.bias;
  if (w && b) {
    for (std::int64_t i = 0; i < n; ++i) y[i] = of(x[i]) * w[i] + b[i];
  } else if (w) {
    for (std::int64_t i = 0; i < n; ++i) y[i] = of(x[i]) * w[i];
  } else {
    for (std::int64_t i = 0; i < n; ++i) y[i] = of(x[i]) + (b ? b[i] : T(0));
  }
}

template <class T>
void row_of_channel(T* y, const T* x, std::int64_t n, const Standard<T>& of, T weight, T bias) {
  for (std::int64_t i = 0; i < n; ++i) y[i] = of(x[i]) * weight + bias;
}

template <class T>
void normalize_all(T* y, const T* x, Ref moments, const Affine<T>& a, double eps,
                   const Units& all) {
  each_unit(all, [&](std::int64_t u) {
    const Standard<T> of(moments, u, eps, all);
    for (std::int64_t j = 0; j < all.segments; ++j) {
      const std::int64_t at = all.at(u, j);
      if (all.by_element) {
        row_by_elements(y + at, x + at, all.length, of, a);
      } else {
        const std::int64_t c = all.channel(u, j);
        row_of_channel(y + at, x + at, all.length, of, a.factor(c), a.summand(c));
      }
    }
  });
}

}  // namespace

void moments(Ref out, Ref x, const Units& units) {
  dispatch_known_floating(x.dtype, [&]<class T>(std::type_identity<T>) {
    moments_of(out.as<double>(), x.as<const T>(), units);
  });
}

void normalize(Ref out, Ref x, Ref moments, const Ref* weight, const Ref* bias, double eps,
               const Units& units) {
  dispatch_known_floating(x.dtype, [&]<class T>(std::type_identity<T>) {
    normalize_all(out.as<T>(), x.as<const T>(), moments, Affine<T>(weight, bias), eps, units);
  });
}

}  // namespace tapegrad::kernels
