// Rows of few elements, many side by side: a batch has an element of each. Nothing here adds up
// what belongs to different rows; each has the bits that it would have alone.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <type_traits>

#include "kernels/row_sum.hpp"
#include "kernels/simd.hpp"
#include "kernels/transpose.hpp"

namespace tapegrad::kernels {

template <std::floating_point T>
class ShortRows {
  using V = Batch<T>;

 public:
  static constexpr std::int64_t width = static_cast<std::int64_t>(V::size);
  /// Rows side by side: a whole number of batches on every instruction set.
  static constexpr std::int64_t count = 64 / static_cast<std::int64_t>(sizeof(T));
  /// Elements of the longest row.
  static constexpr std::int64_t most = RowSum<T>::step;

  /// A number for each row.
  template <class R>
  struct alignas(64) Each {
    R of[static_cast<std::size_t>(count)];
    R& operator[](std::int64_t i) { return of[i]; }
    const R& operator[](std::int64_t i) const { return of[i]; }
    /// Those of the rows from k on.
    Batch<R> get(std::int64_t k) const { return Batch<R>::load_aligned(of + k); }
    void set(std::int64_t k, const Batch<R>& v) { v.store_aligned(of + k); }
  };

  explicit ShortRows(std::int64_t n) : n_(n) {}
  /// Reads `rows` rows of n elements, `step` apart; the first once more for each that lacks.
  [[gnu::noinline]] ShortRows(std::int64_t n, const T* x, std::int64_t step, std::int64_t rows)
      : n_(n) {
    if (rows == count && n >= side) {
      each_square([&](std::int64_t i, std::int64_t j) {
        Bits::square(bits(&at_[j][i]), count, bits(x + i * step + j), step);
      });
      return;
    }
    for (std::int64_t i = 0; i < count; ++i) {
      const T* row = x + (i < rows ? i * step : 0);
      for (std::int64_t j = 0; j < n; ++j) at_[j][i] = row[j];
    }
  }
  [[gnu::noinline]] void store(T* y, std::int64_t step, std::int64_t rows) const {
    if (rows == count && n_ >= side) {
      each_square([&](std::int64_t i, std::int64_t j) {
        Bits::square(bits(y + i * step + j), step, bits(&at_[j][i]), count);
      });
      return;
    }
    for (std::int64_t i = 0; i < rows; ++i) {
      T* row = y + i * step;
      for (std::int64_t j = 0; j < n_; ++j) row[j] = at_[j][i];
    }
  }

  std::int64_t size() const { return n_; }
  /// Elements j of all rows.
  Each<T>& operator[](std::int64_t j) { return at_[j]; }
  const Each<T>& operator[](std::int64_t j) const { return at_[j]; }
  V get(std::int64_t j, std::int64_t k) const { return at_[j].get(k); }
  void set(std::int64_t j, std::int64_t k, const V& v) { at_[j].set(k, v); }

  /// The largest element of each row from k on; NaN wins.
  V largest(std::int64_t k) const {
    V result = get(0, k);
    for (std::int64_t j = 1; j < n_; ++j) result = maximum(result, get(j, k));
    return result;
  }

  /// As RowSum::add() of each row.
  [[gnu::noinline]] Each<double> sums() const {
    constexpr std::int64_t lanes = RowSum<T>::lanes;
    Each<double> total{};
    if (n_ < lanes) {
      for (std::int64_t j = 0; j < n_; ++j) {
        for (std::int64_t i = 0; i < count; ++i) total[i] += static_cast<double>(at_[j][i]);
      }
      return total;
    }
    Each<T> met[lanes];
    for (std::int64_t j = 0; j < lanes; ++j) {
      for (std::int64_t k = 0; k < count; k += width) met[j].set(k, meet<lanes>(j, k));
    }
    const auto wide = [&](std::int64_t j, std::int64_t i) {
      return static_cast<double>(met[j][i]);
    };
    for (std::int64_t i = 0; i < count; ++i) {
      total[i] += ((wide(0, i) + wide(4, i)) + (wide(2, i) + wide(6, i))) +
                  ((wide(1, i) + wide(5, i)) + (wide(3, i) + wide(7, i)));
    }
    return total;
  }

 private:
  using Unsigned = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
  using Bits = Transposer<Unsigned>;
  static constexpr std::int64_t side = Bits::side;

  static Unsigned* bits(T* x) { return reinterpret_cast<Unsigned*>(x); }
  static const Unsigned* bits(const T* x) { return reinterpret_cast<const Unsigned*>(x); }

  /// Calls f(i, j) for squares of rows from i and elements from j on; the last overlap.
  template <class F>
  void each_square(const F& f) const {
    for (std::int64_t j = 0; j < n_; j += side) {
      for (std::int64_t i = 0; i < count; i += side) f(i, std::min(j, n_ - side));
    }
  }

  /// What is added to lane j of a step: every `distance`-th element from j on, in halves.
  template <std::int64_t distance>
  V meet(std::int64_t j, std::int64_t k) const {
    if (j >= n_) return V(Itself<T>::padding);
    if constexpr (distance == most) {
      return get(j, k);
    } else {
      return meet<2 * distance>(j, k) + meet<2 * distance>(j + distance, k);
    }
  }

  std::int64_t n_;
  Each<T> at_[static_cast<std::size_t>(most)];
};

/// Calls some(i, m) for m short rows from row i on, or one(i) for rows that are long or few.
template <class T, class Some, class One>
void short_rows_or_long(std::int64_t begin, std::int64_t end, std::int64_t n, const Some& some,
                        const One& one) {
  constexpr std::int64_t few = ShortRows<T>::count / 4;
  std::int64_t i = begin;
  if (n <= ShortRows<T>::most) {
    for (; i + few <= end; i += ShortRows<T>::count)
      some(i, std::min(ShortRows<T>::count, end - i));
  }
  for (; i < end; ++i) one(i);
}

}  // namespace tapegrad::kernels
