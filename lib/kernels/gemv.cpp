// A matrix times a vector, by rows: a dot product each.
#include "kernels/gemv.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "core/dispatch.hpp"
#include "kernels/gemv_columns.hpp"
#include "kernels/gemv_parts.hpp"
#include "kernels/gemv_short.hpp"
#include "kernels/parallel.hpp"
#include "kernels/simd.hpp"

namespace tapegrad::kernels {
namespace {

/// The products of a row meet in so many lanes, whatever the width of a register.
template <class T>
constexpr std::int64_t lanes = 64 / static_cast<std::int64_t>(sizeof(T));
template <class T>
constexpr std::size_t batches = static_cast<std::size_t>(lanes<T> / width<T>);

/// Products that meet in one lane before that ends in a total: no lane grows far beyond the others.
constexpr std::int64_t stretch = std::int64_t{1} << 13;

/// Rows that one register of the result holds, and those of them whose lanes fit the registers:
/// the vector is loaded once for all of them, and no sum waits for itself.
template <class T>
constexpr std::size_t rows_together = Last<T>::size;
template <class T>
constexpr std::size_t rows_at_once = batches<T> >= 4 ? 2 : rows_together<T>;

template <class T, std::size_t R>
using Running = std::array<std::array<Some<T>, batches<T>>, R>;

template <class T, std::size_t R>
void add_products(Running<T, R>& sums, const std::array<const T*, R>& rows, const T* x) {
  for (std::size_t b = 0; b < batches<T>; ++b) {
    const auto at = static_cast<std::int64_t>(b) * width<T>;
    const Some<T> v = Some<T>::load_unaligned(x + at);
    for (std::size_t r = 0; r < R; ++r) {
      sums[r][b] += Some<T>::load_unaligned(rows[r] + at) * v;
    }
  }
}

/// Zeros, and as many ones.
template <class T>
constexpr auto last_ones = [] {
  std::array<Bits<T>, static_cast<std::size_t>(2 * lanes<T>)> mask{};
  std::fill(mask.begin() + lanes<T>, mask.end(), static_cast<Bits<T>>(-1));
  return mask;
}();

/// What is left of a row after its whole lanes. It is read with elements before it, whose products
/// are dropped: they may be NaN.
template <class T>
struct Rest {
  std::int64_t count;
  /// Ones where a product counts.
  alignas(64) std::array<Bits<T>, static_cast<std::size_t>(lanes<T>)> mask;

  explicit Rest(std::int64_t n) : count(n % lanes<T>) {
    std::memcpy(&mask, last_ones<T>.data() + count, sizeof mask);
  }

  /// `ends` and `x` lie behind the rows and the vector.
  template <std::size_t R>
  void add(Running<T, R>& sums, const std::array<const T*, R>& ends, const T* x) const {
    for (std::size_t b = 0; b < batches<T>; ++b) {
      const auto at = static_cast<std::int64_t>(b) * width<T>;
      Some<T> counted;
      std::memcpy(&counted, mask.data() + at, sizeof(counted));
      const Some<T> v = Some<T>::load_unaligned(x - lanes<T> + at);
      for (std::size_t r = 0; r < R; ++r) {
        sums[r][b] += (Some<T>::load_unaligned(ends[r] - lanes<T> + at) * v) & counted;
      }
    }
  }
};

/// The halves of a batch that is twice as long as Last. As a compiler's own operation: stored and
/// read again it takes longer than all else that is done with a row's lanes.
template <class T>
std::array<Last<T>, 2> halves(const Some<T>& v) {
  using Half = typename Last<T>::register_type;
  if constexpr (Last<T>::size == 2) {
    return {Last<T>(static_cast<Half>(__builtin_shufflevector(v.data, v.data, 0, 1))),
            Last<T>(static_cast<Half>(__builtin_shufflevector(v.data, v.data, 2, 3)))};
  } else {
    return {Last<T>(static_cast<Half>(__builtin_shufflevector(v.data, v.data, 0, 1, 2, 3))),
            Last<T>(static_cast<Half>(__builtin_shufflevector(v.data, v.data, 4, 5, 6, 7)))};
  }
}

/// The lanes of a row by halves, down to Last.
template <class T>
Last<T> folded_lanes(const std::array<Some<T>, batches<T>>& sums) {
  if constexpr (batches<T> == 4) {
    return (sums[0] + sums[2]) + (sums[1] + sums[3]);
  } else {
    static_assert(batches<T> == 2);
    const auto [low, high] = halves<T>(sums[0] + sums[1]);
    return low + high;
  }
}

/// The sum of the last lanes, by halves as well.
template <class T>
T total(const Last<T>& sums) {
  alignas(16) T l[Last<T>::size];
  sums.store_aligned(l);
  if constexpr (Last<T>::size == 2) {
    return l[0] + l[1];
  } else {
    return (l[0] + l[2]) + (l[1] + l[3]);
  }
}

/// The totals of as many rows side by side.
inline Last<double> totals(const std::array<Last<double>, 2>& s) {
  return xsimd::zip_lo(s[0], s[1]) + xsimd::zip_hi(s[0], s[1]);
}
inline Last<float> totals(const std::array<Last<float>, 4>& s) {
  const auto pairs = [](const Last<float>& a, const Last<float>& b) {
    return std::bit_cast<Last<double>>(xsimd::zip_lo(a, b) + xsimd::zip_hi(a, b));
  };
  const Last<double> ab = pairs(s[0], s[1]);
  const Last<double> cd = pairs(s[2], s[3]);
  return std::bit_cast<Last<float>>(xsimd::zip_lo(ab, cd)) +
         std::bit_cast<Last<float>>(xsimd::zip_hi(ab, cd));
}

template <class T>
class Rows {
 public:
  explicit Rows(const Product<T>& p)
      : p_(p),
        x_(p.b, p.b_row, p.k),
        row_(p.a, p.m == 1 ? p.a_col : 1, p.m == 1 ? p.k : 1),
        rest_(p.k) {}

  void run() const {
    constexpr auto together = static_cast<std::int64_t>(rows_together<T>);
    const std::int64_t piece = std::max<std::int64_t>(1, grain / (p_.k * together));
    parallel_for(p_.m / together, piece, [&](std::int64_t begin, std::int64_t end) {
      run(begin * together, end * together);
    });
    single(p_.m / together * together, p_.m);
  }

  /// Some rows of them, in this thread.
  void run(std::int64_t first, std::int64_t last) const {
    constexpr auto together = static_cast<std::int64_t>(rows_together<T>);
    std::int64_t i = first;
    if (beyond_caches(p_)) {
      for (; i + together <= last; i += together) several<1>(i);
    } else {
      for (; i + together <= last; i += together) several<rows_at_once<T>>(i);
    }
    single(i, last);
  }

 private:
  void single(std::int64_t first, std::int64_t last) const {
    for (std::int64_t i = first; i < last; ++i) {
      const T sum = total<T>(sums<1>(i)[0]);
      p_.out[i] = p_.onto ? p_.out[i] + sum : sum;
    }
  }

  template <std::size_t R>
  [[gnu::flatten]] void several(std::int64_t first) const {
    std::array<Last<T>, rows_together<T>> all;
    for (std::size_t r = 0; r < all.size(); r += R) {
      const auto some = sums<R>(first + static_cast<std::int64_t>(r));
      for (std::size_t k = 0; k < some.size(); ++k) all[r + k] = some[k];
    }
    Last<T> result = totals(all);
    T* out = p_.out + first;
    if (p_.onto) result = Last<T>::load_unaligned(out) + result;
    result.store_unaligned(out);
  }

  /// The last lanes of R rows.
  template <std::size_t R>
  std::array<Last<T>, R> sums(std::int64_t first) const {
    std::array<const T*, R> rows;
    for (std::size_t r = 0; r < R; ++r) {
      rows[r] = row_.data() + (first + static_cast<std::int64_t>(r)) * p_.a_row;
    }
    std::array<Last<T>, R> result;
    result.fill(Last<T>(T(0)));
    for (std::int64_t k = 0; k < p_.k; k += stretch) {
      Running<T, R> running;
      for (auto& s : running) s.fill(Some<T>(T(0)));
      const std::int64_t n = std::min(stretch, p_.k - k);
      const T* x = x_.data() + k;
      for (std::int64_t i = 0; i + lanes<T> <= n; i += lanes<T>) {
        add_products<T, R>(running, rows, x + i);
        for (const T*& row : rows) row += lanes<T>;
      }
      const bool is_last = n % lanes<T> != 0;
      if (is_last) {
        for (const T*& row : rows) row += rest_.count;
        rest_.template add<R>(running, rows, x + n);
      }
      for (std::size_t r = 0; r < R; ++r) result[r] += folded_lanes<T>(running[r]);
    }
    return result;
  }

  const Product<T>& p_;
  Dense<T> x_;
  Dense<T> row_;
  Rest<T> rest_;
};

/// One row without gaps: Rows, and nothing that several of them need.
template <class T>
void one_row(const Product<T>& p) {
  Running<T, 1> running;
  running[0].fill(Some<T>(T(0)));
  std::int64_t i = 0;
  for (; i + lanes<T> <= p.k; i += lanes<T>) add_products<T, 1>(running, {p.a + i}, p.b + i);
  if (i < p.k) Rest<T>(p.k).template add<1>(running, {p.a + p.k}, p.b + p.k);
  const T sum = total<T>(Last<T>(T(0)) + folded_lanes<T>(running[0]));
  p.out[0] = p.onto ? p.out[0] + sum : sum;
}

template <class T>
void any(const Product<T>& p) {
  const bool is_dense = p.a_col == 1 && p.b_row == 1;
  if (p.m == 1 && is_dense && lanes<T> <= p.k && p.k <= stretch) return one_row(p);
  const bool by_rows = p.m == 1 || p.a_col == 1;
  if (!by_rows) return columns(p);
  if (p.k < lanes<T>) return p.m < 4 ? multiply_by_dots(p) : short_rows(p);
  Rows<T>(p).run();
}

/// Both products of a part of the rows.
template <class T>
class BlocksOf final : public Blocks {
 public:
  BlocksOf(const Rows<T>& rows, const Product<T>& columns, T* sums, std::int64_t first,
           std::int64_t last)
      : Blocks(first / rows_of_block(columns.m), (last - 1) / rows_of_block(columns.m) + 1),
        rows_(rows),
        columns_(columns),
        sums_(sums),
        block_(rows_of_block(columns.m)),
        last_(last) {}
  void before(std::int64_t i) const override { rows_.run(i * block_, behind(i)); }
  void after(std::int64_t i) const override {
    const std::int64_t first = i * block_;
    add_columns(columns_, columns_.b, sums_, 0, columns_.m, first, behind(i) - first, true);
  }

 private:
  std::int64_t behind(std::int64_t i) const { return std::min((i + 1) * block_, last_); }

  const Rows<T>& rows_;
  const Product<T>& columns_;
  T* sums_;
  std::int64_t block_, last_;
};

template <class T>
void both(const TwoProducts<T>& p, Between between) {
  const Product<T> to_rows{p.rows, 1, p.columns, p.z, p.x, p.lead, 1, p.w, p.w_step, 0, p.onto};
  const Product<T> of_rows{p.columns, 1, p.rows, p.sums, p.x, 1, p.lead, p.r, 1, 0};
  const Rows<T> rows(to_rows);
  add_parts(of_rows, [&](T* sums, std::int64_t first, std::int64_t last) {
    between.call(between.f, BlocksOf<T>(rows, of_rows, sums, first, last));
  });
}

}  // namespace

void gemv(const Product<float>& p) { any(p); }
void gemv(const Product<double>& p) { any(p); }

template <class T>
std::int64_t rows_at_a_time(std::int64_t rows, std::int64_t columns) {
  if (columns < lanes<T> || columns >= many_columns) return 0;
  return rows > rows_of_block(columns) ? rows_of_block(columns) : 0;
}
template std::int64_t rows_at_a_time<float>(std::int64_t, std::int64_t);
template std::int64_t rows_at_a_time<double>(std::int64_t, std::int64_t);

void gemv_twice(const TwoProducts<float>& p, Between between) { both(p, between); }
void gemv_twice(const TwoProducts<double>& p, Between between) { both(p, between); }

}  // namespace tapegrad::kernels
