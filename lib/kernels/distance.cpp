#include "kernels/distance.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "core/dispatch.hpp"
#include "kernels/matrices.hpp"
#include "kernels/panels.hpp"

namespace tapegrad::kernels {
namespace {

/// Relative to the largest difference.
template <class T>
T scaled_distance(const T* a, std::int64_t a_col, const T* b, std::int64_t b_col, std::int64_t k) {
  T most = 0;
  for (std::int64_t l = 0; l < k; ++l) most = maximum(most, abs(a[l * a_col] - b[l * b_col]));
  if (!(most > 0) || std::isinf(most)) return most;
  double sum = 0;
  for (std::int64_t l = 0; l < k; ++l) {
    const double share =
        static_cast<double>(a[l * a_col] - b[l * b_col]) / static_cast<double>(most);
    sum += share * share;
  }
  return most * static_cast<T>(std::sqrt(sum));
}

/// The sums of squares of one row of a and a panel of rows of b, added to those in `sums`.
template <class T>
void add_squares(T* sums, const T* a, std::int64_t a_col, const T* panel, std::int64_t k) {
  using V = Batch<T>;
  constexpr auto width = static_cast<std::int64_t>(V::size);
  constexpr std::int64_t columns = Panel<T>::columns;
  for (std::int64_t j = 0; j < columns; j += width) {
    V even = V::load_aligned(sums + j);
    V odd(T(0));
    std::int64_t l = 0;
    for (; l + 1 < k; l += 2) {
      const V first = V(a[l * a_col]) - V::load_unaligned(panel + l * columns + j);
      const V second = V(a[(l + 1) * a_col]) - V::load_unaligned(panel + (l + 1) * columns + j);
      even += first * first;
      odd += second * second;
    }
    if (l < k) {
      const V last = V(a[l * a_col]) - V::load_unaligned(panel + l * columns + j);
      even += last * last;
    }
    (even + odd).store_aligned(sums + j);
  }
}

template <class T>
void distances_of(T* out, const T* a, const MatrixLayout& from, const T* b,
                  const MatrixLayout& to) {
  using Part = Panel<T>;
  constexpr T low = sizeof(T) == 4 ? T(0x1p-100) : T(0x1p-960);
  const std::int64_t k = from.columns;
  const std::int64_t panels = (k + Part::depth - 1) / Part::depth;
  Scratch<T> panel(std::max<std::int64_t>(1, k * Part::columns));
  for (std::int64_t j = 0; j < to.rows; j += Part::columns) {
    const std::int64_t count = std::min(Part::columns, to.rows - j);
    Part::lay(panel.get(), b + j * to.row, to.column, to.row, k, count);
    for (std::int64_t i = 0; i < from.rows; ++i) {
      const T* row = a + i * from.row;
      alignas(64) std::array<T, static_cast<std::size_t>(Part::columns)> sums{};
      for (std::int64_t p = 0; p < panels; ++p) {
        const std::int64_t l = p * Part::depth;
        add_squares(sums.data(), row + l * from.column, from.column,
                    panel.get() + l * Part::columns, std::min(Part::depth, k - l));
      }
      T* result = out + i * to.rows + j;
      for (std::int64_t c = 0; c < count; ++c) {
        const T sum = sums[static_cast<std::size_t>(c)];
        const bool exact = sum > low && sum < std::numeric_limits<T>::infinity();
        result[c] = exact ? std::sqrt(sum)
                          : scaled_distance(row, from.column, b + (j + c) * to.row, to.column, k);
      }
    }
  }
}

}  // namespace

void distances(Ref out, Ref a, Ref b) {
  if (out.layout->numel() == 0) return;
  const MatrixLayout from(*a.layout);
  const MatrixLayout to(*b.layout);
  const double work = 2.0 * static_cast<double>(from.rows) * static_cast<double>(to.rows) *
                      static_cast<double>(from.columns);
  dispatch_known_floating(out.dtype, [&]<class T>(std::type_identity<T>) {
    each_matrix<3>(
        {out, a, b}, out.layout->rank() - 2, work,
        [&](const auto& at) {
          distances_of(reinterpret_cast<T*>(at[0]), reinterpret_cast<const T*>(at[1]), from,
                       reinterpret_cast<const T*>(at[2]), to);
          return 0;
        },
        Uses::loops);
  });
}

}  // namespace tapegrad::kernels
