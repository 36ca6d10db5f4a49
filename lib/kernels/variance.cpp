#include "kernels/variance.hpp"

#include <cmath>
#include <limits>

#include "core/dispatch.hpp"
#include "kernels/row_sum.hpp"
#include "kernels/walk.hpp"

namespace tapegrad::kernels {
namespace {

/// The elements that become one.
template <class T>
struct Slice {
  const Walk<1>& walk;
  std::byte* from;

  template <class F>
  long double sum(const F& f) const {
    LongCompensated total;
    walk.rows_from({from}, [&](const auto& row, const auto& stride, std::int64_t n) {
      const T* x = reinterpret_cast<const T*>(row[0]);
      for (std::int64_t i = 0; i < n; ++i) total.add(f(static_cast<long double>(x[i * stride[0]])));
    });
    return total.value();
  }
};

template <class T>
long double variance(const Slice<T>& x, long double freedom) {
  const long double count = x.sum([](long double) { return 1.0L; });
  const long double mean = x.sum([](long double v) { return v; }) / count;
  const long double squares = x.sum([mean](long double v) { return (v - mean) * (v - mean); });
  return squares / freedom;
}

/// The squares of T were exact enough: none that counts was below its smallest number. All equal
/// elements, whose variance is 0, are the common case that is looked at again for nothing.
template <class T>
bool in_range(T variance) {
  constexpr int digits = std::numeric_limits<T>::digits;
  const T tiny = std::ldexp(std::numeric_limits<T>::min(), digits);
  return !std::isinf(variance) && !(variance < tiny);
}

/// The dimensions of `layout` that are `gone`, or the others.
Layout part(const Layout& layout, const Axes& gone, bool which) {
  Shape shape;
  Strides strides;
  for (std::size_t d = 0; d < layout.rank(); ++d) {
    if (gone[d] != which) continue;
    shape.push_back(layout.shape()[d]);
    strides.push_back(layout.strides()[d]);
  }
  return Layout(shape, strides, 0);
}

}  // namespace

void finish_variance(Ref out, Ref in, const Axes& gone, double freedom, Spread result) {
  const Layout kept = part(*in.layout, gone, false);
  const Layout reduced = part(*in.layout, gone, true);
  const Layout to(kept.shape());
  const Walk<1> walk({with_layout(in, reduced)});
  dispatch_floating("var", in.dtype, [&]<class T>(std::type_identity<T>) {
    Walk<2>({with_layout(out, to), with_layout(in, kept)})
        .parallel_rows(grain, [&](const auto& at, const auto& stride, std::int64_t n) {
          for (std::int64_t i = 0; i < n; ++i) {
            T& v = reinterpret_cast<T*>(at[0])[i * stride[0]];
            if (in_range(v)) [[likely]] {
              if (result == Spread::deviation) v = std::sqrt(v);
              continue;
            }
            std::byte* from = at[1] + i * stride[1] * std::int64_t{sizeof(T)};
            const long double again = variance(Slice<T>{walk, from}, freedom);
            v = static_cast<T>(result == Spread::deviation ? std::sqrt(again) : again);
          }
        });
  });
}

}  // namespace tapegrad::kernels
