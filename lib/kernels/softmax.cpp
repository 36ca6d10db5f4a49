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

/// A row's powers by their sum. Where nothing but the largest counts, that becomes 1 exactly.
template <class T>
void divide(T* y, std::int64_t n, double total, const RowPower<T>& power) {
  constexpr double largest_power = 1.5 * (std::uint64_t{1} << Formulas<T>::lift);
  if (total < largest_power) {
    const T largest = power.largest();
    if (static_cast<T>(total / static_cast<double>(largest)) == 1) {
      return map_dense(y, y, n, [largest](const auto& v) { return v / largest; });
    }
  }
  map_dense(y, y, n, Divided<T>{total});
}

}  // namespace

void softmax(Ref out, Ref in, std::size_t dim) {
  dispatch_known_floating(in.dtype, [&]<class T>(std::type_identity<T>) {
    map_lines<T>(out, in, dim, [](T* y, const T* x, std::int64_t n) {
      const RowPower<T> power(row_extreme<LargestNumber>(x, n));
      map_dense(y, x, n, power);
      Compensated total;
      RowSum<T>::add(total, y, n);
      divide(y, n, total.value(), power);
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
