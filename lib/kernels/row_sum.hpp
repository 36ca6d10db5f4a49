// The sum of one dense row of floats, in an order that depends on its length alone: the same bits
// on every instruction set and for any number of threads.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "kernels/parallel.hpp"
#include "kernels/part_of_batch.hpp"
#include "kernels/simd.hpp"

namespace tapegrad::kernels {

/// A running total that keeps what rounding loses.
/// Source: Knuth, The Art of Computer Programming 2, section 4.2.2, theorem B.
template <std::floating_point R>
struct CompensatedIn {
  R total = 0;
  R lost = 0;

  void add(R x) {
    const R next = total + x;
    const R added = next - total;
    lost += (total - (next - added)) + (x - added);
    total = next;
  }
  /// An infinite total has lost inf - inf, which is NaN.
  R value() const { return std::isfinite(total) ? total + lost : total; }
};

using Compensated = CompensatedIn<double>;
/// For sums that leave the range of double on the way to a result within it.
using LongCompensated = CompensatedIn<long double>;

/// What is added up: the elements themselves.
template <class T>
struct Itself {
  static constexpr T padding = 0;  // adds nothing
  auto operator()(const auto& x) const { return x; }
};

/// Adds rows of T. Elements meet in T at most twice (float32) or once (float64), then in eight
/// lanes of float64, which end after `block_steps` additions in a compensated total. The error is
/// below (2 * 2^-24 + 2^-44) * sum(|x|) for float32 and 2^-44 * sum(|x|) for float64.
template <std::floating_point T>
class RowSum {
 public:
  static constexpr std::int64_t lanes = 8;
  /// Elements that are added at once.
  static constexpr std::int64_t step = 128 / static_cast<std::int64_t>(sizeof(T));

 private:
  static constexpr std::int64_t width = static_cast<std::int64_t>(Batch<T>::size);
  static constexpr std::int64_t double_width = static_cast<std::int64_t>(Batch<double>::size);
  static constexpr std::int64_t block_steps = 256;
  using Lanes = std::array<Batch<double>, static_cast<std::size_t>(lanes / double_width)>;
  using Step = std::array<Batch<T>, static_cast<std::size_t>(step / width)>;

 public:
  /// total += sum of f(x[i]), where f runs on scalars and batches of T.
  template <class F = Itself<T>>
  static void add(Compensated& total, const T* x, std::int64_t n, const F& f = {}) {
    std::int64_t i = n < 2 * grain ? 0 : add_blocks(total, x, n, f);
    while (i + step <= n) {
      const std::int64_t steps = std::min(block_steps, (n - i) / step);
      total.add(block(f, x + i, steps));
      i += steps * step;
    }
    if (i == n) return;
    if (n - i < lanes) {
      double rest = 0;
      for (; i < n; ++i) rest += static_cast<double>(f(x[i]));
      total.add(rest);
      return;
    }
    total.add(last_step(f, x + i, n - i));
  }

  /// Both totals += the sums of two rows that are nowhere in memory: f(type, i) gives the batches,
  /// or numbers, that begin at i.
  template <class F>
  static void add_pair(Compensated& first, Compensated& second, std::int64_t n, const F& f) {
    std::int64_t i = 0;
    while (i + step <= n) {
      const std::int64_t steps = std::min(block_steps, (n - i) / step);
      const auto [a, b] = block_of_pair(f, i, steps);
      first.add(a);
      second.add(b);
      i += steps * step;
    }
    if (i == n) return;
    T rest[2][static_cast<std::size_t>(step)];
    for (std::int64_t j = i; j < n; ++j) {
      std::tie(rest[0][j - i], rest[1][j - i]) = f(std::type_identity<T>{}, j);
    }
    add(first, rest[0], n - i);
    add(second, rest[1], n - i);
  }

 private:
  /// All whole blocks, found in several threads and added in their order; how many elements.
  template <class F>
  static std::int64_t add_blocks(Compensated& total, const T* x, std::int64_t n, const F& f) {
    constexpr std::int64_t length = block_steps * step;
    const std::int64_t count = n / length;
    std::vector<double> sums(static_cast<std::size_t>(count));
    parallel_for(count, std::max<std::int64_t>(1, grain / length),
                 [&](std::int64_t begin, std::int64_t end) {
                   for (std::int64_t k = begin; k < end; ++k) {
                     sums[static_cast<std::size_t>(k)] = block(f, x + k * length, block_steps);
                   }
                 });
    for (const double sum : sums) total.add(sum);
    return count * length;
  }

  template <class F>
  static double block(const F& f, const T* x, std::int64_t steps) {
    Lanes sums;
    sums.fill(Batch<double>(0.0));
    for (std::int64_t s = 0; s < steps; ++s) {
      Step v;
      for (std::size_t k = 0; k < v.size(); ++k) {
        v[k] = f(Batch<T>::load_unaligned(x + s * step + static_cast<std::int64_t>(k) * width));
      }
      add_step(sums, v);
    }
    return sum_of(sums);
  }

  template <class F>
  static std::pair<double, double> block_of_pair(const F& f, std::int64_t begin,
                                                 std::int64_t steps) {
    Lanes first, second;
    first.fill(Batch<double>(0.0));
    second.fill(Batch<double>(0.0));
    for (std::int64_t s = 0; s < steps; ++s) {
      Step a, b;
      for (std::size_t k = 0; k < a.size(); ++k) {
        const std::int64_t at = begin + s * step + static_cast<std::int64_t>(k) * width;
        std::tie(a[k], b[k]) = f(std::type_identity<Batch<T>>{}, at);
      }
      add_step(first, a);
      add_step(second, b);
    }
    return {sum_of(first), sum_of(second)};
  }

  /// A step of n elements, and as many more that add nothing as lack.
  template <class F>
  static double last_step(const F& f, const T* x, std::int64_t n) {
    Step v;
    for (std::size_t k = 0; k < v.size(); ++k) {
      const std::int64_t at = static_cast<std::int64_t>(k) * width;
      v[k] = f(at + width <= n ? Batch<T>::load_unaligned(x + at)
                               : part_of_batch(x + at, n - at, f.padding));
    }
    Lanes sums;
    sums.fill(Batch<double>(0.0));
    add_step(sums, v);
    return sum_of(sums);
  }

  [[gnu::always_inline]] static void add_step(Lanes& sums, Step& v) {
    std::size_t count = v.size();
    for (; count > 1 && static_cast<std::int64_t>(count) * width > lanes; count /= 2) {
      for (std::size_t k = 0; k < count / 2; ++k) v[k] += v[k + count / 2];
    }
    std::size_t lane = 0;
    for (std::size_t k = 0; k < count; ++k) lane = widen(sums, lane, v[k]);
  }

  static double sum_of(const Lanes& sums) {
    alignas(64) double b[lanes];
    for (std::size_t k = 0; k < sums.size(); ++k) {
      sums[k].store_aligned(b + static_cast<std::int64_t>(k) * double_width);
    }
    return ((b[0] + b[4]) + (b[2] + b[6])) + ((b[1] + b[5]) + (b[3] + b[7]));
  }

  /// Adds the lanes of v to sums[at], sums[at + 1], ...; returns the place after them.
  static std::size_t widen(Lanes& sums, std::size_t at, const Batch<T>& v) {
    if constexpr (std::is_same_v<T, double>) {
      sums[at] += v;
      return at + 1;
    } else {
      alignas(64) T values[static_cast<std::size_t>(width)];
      v.store_aligned(values);
      if constexpr (width > lanes) {  // g++ would add the halves one by one
        using Half = xsimd::make_sized_batch_t<T, static_cast<std::size_t>(lanes)>;
        (Half::load_aligned(values) + Half::load_aligned(values + lanes)).store_aligned(values);
      }
      for (std::int64_t l = 0; l < std::min(width, lanes); l += double_width) {
        sums[at++] += Batch<double>::load_aligned(values + l);
      }
      return at;
    }
  }
};

}  // namespace tapegrad::kernels
