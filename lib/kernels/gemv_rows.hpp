// A matrix times a vector by rows, a dot product each: for gemv.cpp.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "kernels/gemv_lanes.hpp"
#include "kernels/gemv_parts.hpp"
#include "kernels/parallel.hpp"

namespace tapegrad::kernels {

/// A row by itself: its stretches side by side, so that no sum waits for the one before.
template <class T>
T alone(const T* row, const T* x, std::int64_t n) {
  constexpr std::size_t together = 4;
  constexpr auto length = static_cast<std::int64_t>(together) * stretch;
  const Begin<T> begin(n);
  Running<T, 1> total;
  multiply_rows<T, 1>(total, row, 0, x, begin, begin.stretched);
  std::int64_t i = begin.stretched;
  for (; i + length <= n; i += length) {
    Running<T, together> sums;
    set_zero<T>(sums);
    add_whole<T, together, together>(sums, row + i, stretch, x + i, 0, stretch);
    for (const Lanes<T>& s : sums) add_lanes<T>(total[0], s);
  }
  for (; i < n; i += stretch) {
    Running<T, 1> sums;
    set_zero<T>(sums);
    add_whole<T, 1, 1>(sums, row + i, 0, x + i, 0, stretch);
    add_lanes<T>(total[0], sums[0]);
  }
  return total_of<T>(total[0]);
}

template <class T>
void one_row(const Product<T>& p) {
  const Dense<T> row(p.a, p.a_col, p.k), x(p.b, p.b_row, p.k);
  const T sum = alone(row.data(), x.data(), p.k);
  p.out[0] = p.onto ? p.out[0] + sum : sum;
}

template <class T>
class Rows {
 public:
  explicit Rows(const Product<T>& p) : p_(p), x_(p.b, p.b_row, p.k), begin_(p.k) {}

  void run() const {
    const std::int64_t piece = std::max<std::int64_t>(1, grain / (p_.k * together));
    parallel_for((p_.m - 1) / together + 1, piece, [&](std::int64_t begin, std::int64_t end) {
      run(begin * together, std::min(end * together, p_.m));
    });
  }

  /// Some rows of them, in this thread.
  void run(std::int64_t first, std::int64_t last) const {
    const std::int64_t whole = (last - first) / at_once * at_once;
    if (whole > 0) many(first, first + whole);
    std::int64_t i = first + whole;
    if constexpr (at_once > few) {
      if (last - i >= few) i = some(i);
    }
    for (; i < last; ++i) {
      const T sum = alone(row(i), x_.data(), p_.k);
      p_.out[i] = p_.onto ? p_.out[i] + sum : sum;
    }
  }

 private:
  static constexpr std::int64_t together = 8, few = 4;
  static constexpr auto at_once = static_cast<std::int64_t>(rows_at_once<T>);

  const T* row(std::int64_t i) const { return p_.a + i * p_.a_row; }

  void many(std::int64_t first, std::int64_t last) const {
    // From memory a matrix comes fastest one row after the other.
    if (beyond_caches(p_)) return one_by_one(first, last);
    if (p_.k > stretch) return together_from<false, false>(first, last);
    beyond_near_caches(p_) ? together_from<true, true>(first, last)
                           : together_from<false, true>(first, last);
  }

  /// The registers are enough for rows of one stretch where nothing is read of *this on the way.
  template <bool ahead, bool is_stretch>
  [[gnu::flatten, gnu::noinline]] void together_from(std::int64_t first, std::int64_t last) const {
    const Begin<T> begin = begin_;
    const T* const x = x_.data();
    const T* rows = row(first);
    const std::int64_t lead = p_.a_row, n = is_stretch ? begin.stretched : p_.k;
    const bool onto = p_.onto;
    T* const end = p_.out + last;
    for (T* out = p_.out + first; out != end; out += at_once, rows += at_once * lead) {
      Running<T, rows_at_once<T>> sums;
      multiply_rows<T, rows_at_once<T>, ahead>(sums, rows, lead, x, begin, n);
      store_totals<T, rows_at_once<T>>(out, sums, onto);
    }
  }

  /// Less than these; the number of the next row.
  [[gnu::flatten, gnu::noinline]] std::int64_t some(std::int64_t first) const {
    Running<T, few> sums;
    multiply_rows<T, few>(sums, row(first), p_.a_row, x_.data(), begin_, p_.k);
    for (std::size_t r = 0; r < few; ++r) {
      T& out = p_.out[first + static_cast<std::int64_t>(r)];
      const T sum = total_of<T>(sums[r]);
      out = p_.onto ? out + sum : sum;
    }
    return first + few;
  }

  /// One row after the other, but the totals of several at once.
  [[gnu::flatten, gnu::noinline]] void one_by_one(std::int64_t first, std::int64_t last) const {
    constexpr std::size_t size = Some<T>::size;
    for (std::int64_t i = first; i < last; i += width<T>) {
      Running<T, size> sums;
      for (std::size_t k = 0; k < size; ++k) {
        Running<T, 1> one;
        multiply_rows<T, 1>(one, row(i + static_cast<std::int64_t>(k)), 0, x_.data(), begin_, p_.k);
        sums[k] = one[0];
      }
      store_totals<T, size>(p_.out + i, sums, p_.onto);
    }
  }

  const Product<T>& p_;
  Dense<T> x_;
  Begin<T> begin_;
};

}  // namespace tapegrad::kernels
