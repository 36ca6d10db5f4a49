// Layouts of parts that are rarely wanted: diagonals, windows, the other direction. As in
// layout.hpp, dimensions are in range here.
#pragma once

#include "core/layout.hpp"

namespace tapegrad {

/// The elements (i, i + offset) of dimensions `a` and `b`, which go; the diagonal is the last.
Layout diagonal_of(const Layout& x, std::size_t a, std::size_t b, std::int64_t offset);

/// Windows of `size` elements of `dim`, `step` apart; places within a window are the last
/// dimension.
Layout windows_of(const Layout& x, std::size_t dim, std::int64_t size, std::int64_t step);

/// The dimensions of `dims` from their ends: strides are negative, which only kernels may see.
Layout flipped(const Layout& x, const Dims& dims);

}  // namespace tapegrad
