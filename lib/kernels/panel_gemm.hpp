// Whole products by panels (panels.hpp), in several threads: those for which BLAS, which lays out
// both matrices whatever their sizes, takes longer.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "kernels/matrices.hpp"
#include "kernels/panels.hpp"
#include "kernels/parallel.hpp"
#include "kernels/small_gemm.hpp"

namespace tapegrad::kernels {

/// Whether panels are for a product, of m n k `work`: measured beside OpenBLAS 0.3.21 with AVX2.
template <class T>
bool takes_panels(const Product<T>& p, std::int64_t work) {
  constexpr std::int64_t most_work = std::int64_t{1} << 24;
  constexpr std::int64_t fewest_columns = 3;
  return panels_pay && p.n >= fewest_columns && (p.a_col == 1 || p.a_row == 1) &&
         (p.k <= Panel<T>::depth || work <= most_work);
}

/// So many rows of a, as far as a panel is deep, stay in the second cache.
inline constexpr std::int64_t rows_of_panels = 128;

template <class T>
void multiply_panels(const Product<T>& p) {
  using Part = Panel<T>;
  alignas(64) T panel[static_cast<std::size_t>(Part::depth * Part::columns)];
  std::optional<Scratch<T>> turned;
  if (p.a_col != 1) turned.emplace(std::min(rows_of_panels, p.m) * std::min(Part::depth, p.k));
  for (std::int64_t i = 0; i < p.m; i += rows_of_panels) {
    const std::int64_t rows = std::min(rows_of_panels, p.m - i);
    for (std::int64_t l = 0; l < p.k; l += Part::depth) {
      const std::int64_t depth = std::min(Part::depth, p.k - l);
      const T* a = p.a + i * p.a_row + l * p.a_col;
      if (turned) Part::turn(turned->get(), a, p.a_col, rows, depth);
      for (std::int64_t j = 0; j < p.n; j += Part::columns) {
        const std::int64_t count = std::min(Part::columns, p.n - j);
        Part::lay(panel, p.b + l * p.b_row + j * p.b_col, p.b_row, p.b_col, depth, count);
        Part::multiply(panel, depth, turned ? turned->get() : a, turned ? depth : p.a_row, rows,
                       p.out + i * p.lead() + j, p.lead(), count, p.onto || l > 0);
      }
    }
  }
}

/// In several threads, by rows or by columns: sums are the same.
template <class T>
void multiply_by_panels(const Product<T>& p) {
  constexpr std::int64_t columns = Panel<T>::columns;
  const std::int64_t blocks = (p.m + rows_of_panels - 1) / rows_of_panels;
  const std::int64_t panels = (p.n + columns - 1) / columns;
  const bool by_rows = blocks >= panels;
  const std::int64_t unit = by_rows ? rows_of_panels : columns;
  const std::int64_t all = by_rows ? p.m : p.n;
  const auto run = [&](std::int64_t begin, std::int64_t end) {
    const std::int64_t first = begin * unit;
    multiply_panels(p.part(by_rows, first, std::min(all, end * unit) - first));
  };
  // A product of two numbers takes a small part of the time of the fastest loops' elements.
  const std::int64_t work = std::min(unit, all) * (by_rows ? p.n : p.m) * p.k;
  parallel_for(by_rows ? blocks : panels, std::max<std::int64_t>(1, 32 * grain / work), run);
}

}  // namespace tapegrad::kernels
