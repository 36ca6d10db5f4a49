#include <vector>

#include "core/dispatch.hpp"
#include "kernels/copy.hpp"
#include "kernels/matrices.hpp"
#include "kernels/pool.hpp"
#include "kernels/pool_rows.hpp"
#include "kernels/row_sum.hpp"

namespace tapegrad::kernels {
namespace {

/// From this size on the sum of a window's row takes less time by itself than as a part of the row
/// of windows, and loses fewer digits.
constexpr std::int64_t wide_window = 8;

bool is_wide(const Windows& w) { return w.even || w.size >= wide_window; }

/// The divisors of a row of windows.
template <class T>
class Divisors {
 public:
  Divisors(const Pool& p, const Divisor& d) : pool_(p), divisor_(d) {
    for (std::int64_t o = 0; o < p[2].out; ++o) {
      last_.push_back(d.fixed != 0 ? d.fixed : static_cast<double>(p[2].count(o, d.with_zeros)));
    }
  }
  /// out = sums / divisors, which may be the same place.
  void divide(T* out, const T* sums, std::int64_t i, std::int64_t j) const {
    const double rest = divisor_.fixed != 0
                            ? 1
                            : static_cast<double>(pool_[0].count(i, divisor_.with_zeros) *
                                                  pool_[1].count(j, divisor_.with_zeros));
    for (std::size_t o = 0; o < last_.size(); ++o) {
      out[o] = sums[o] / static_cast<T>(last_[o] * rest);
    }
  }

 private:
  const Pool& pool_;
  const Divisor& divisor_;
  std::vector<double> last_;
};

template <class T>
void sums_of_row(T* y, const T* x, const Pool& p, const Taps& taps, std::int64_t i,
                 std::int64_t j) {
  if (is_wide(p[2])) {
    for (std::int64_t o = 0; o < p[2].out; ++o) {
      const std::int64_t begin = p[2].begin(o);
      const std::int64_t n = p[2].end(o) - begin;
      Compensated total;
      each_row_seen(p, i, j, [&](std::int64_t row) { RowSum<T>::add(total, x + row + begin, n); });
      y[o] = static_cast<T>(total.value());
    }
    return;
  }
  std::fill_n(y, p[2].out, T(0));
  each_row_seen(p, i, j, [&](std::int64_t row) {
    taps.each([&](std::int64_t o, std::int64_t count, std::int64_t at, auto step) {
      T* to = y + o;
      const T* from = x + row + at;
      for (std::int64_t k = 0; k < count; ++k) to[k] += from[k * step];
    });
  });
}

/// Adds the shares of a row of windows to all that they see.
template <class T>
void spread_row(T* x, const T* shares, const Pool& p, const Taps& taps, std::int64_t i,
                std::int64_t j) {
  each_row_seen(p, i, j, [&](std::int64_t row) {
    if (is_wide(p[2])) {
      for (std::int64_t o = 0; o < p[2].out; ++o) {
        for (std::int64_t at = p[2].begin(o); at < p[2].end(o); ++at) x[row + at] += shares[o];
      }
      return;
    }
    taps.each([&](std::int64_t o, std::int64_t count, std::int64_t at, auto step) {
      T* to = x + row + at;
      const T* from = shares + o;
      for (std::int64_t k = 0; k < count; ++k) to[k * step] += from[k];
    });
  });
}

}  // namespace

void mean_pool(Ref out, Ref in, const Pool& p, const Divisor& divisor) {
  if (out.layout->numel() == 0) return;
  dispatch_known_floating(in.dtype, [&]<class T>(std::type_identity<T>) {
    const Divisors<T> divisors(p, divisor);
    const Taps taps(p[2]);
    each_plane(in.layout->numel() / plane_in(p), p, [&](std::int64_t plane) {
      const T* x = in.as<const T>() + plane * plane_in(p);
      T* y = out.as<T>() + plane * plane_out(p);
      each_row_of_windows(p, [&](std::int64_t first, std::int64_t i, std::int64_t j) {
        sums_of_row(y + first, x, p, taps, i, j);
        divisors.divide(y + first, y + first, i, j);
      });
    });
  });
}

void mean_pool_back(Ref out, Ref g, const Pool& p, const Divisor& divisor) {
  if (g.layout->numel() == 0) return fill(out, 0);
  dispatch_known_floating(out.dtype, [&]<class T>(std::type_identity<T>) {
    const Divisors<T> divisors(p, divisor);
    const Taps taps(p[2]);
    each_plane(out.layout->numel() / plane_in(p), p, [&](std::int64_t plane) {
      const Scratch<T> shares(p[2].out);
      const T* from = g.as<const T>() + plane * plane_out(p);
      T* to = out.as<T>() + plane * plane_in(p);
      std::fill_n(to, plane_in(p), T(0));
      each_row_of_windows(p, [&](std::int64_t first, std::int64_t i, std::int64_t j) {
        divisors.divide(shares.get(), from + first, i, j);
        spread_row(to, shares.get(), p, taps, i, j);
      });
    });
  });
}

}  // namespace tapegrad::kernels
