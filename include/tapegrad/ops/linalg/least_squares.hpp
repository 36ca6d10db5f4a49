// Equations that have no exact solution, or many. Leading sizes are batches, and broadcast. Throws
// ShapeError for sizes that don't fit, DTypeError unless all have one floating-point type.
#pragma once

#include <iosfwd>
#include <optional>

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// Least squares: the X of the smallest norm among those that make |a @ X - b| smallest.
struct Lstsq {
  /// [..., n, k], or [..., n] of a vector b. It alone has a derivative: that at constant rank.
  Tensor solution;
  /// The squares of |a @ X - b| for each column, [..., k], where m > n and all ranks are n; else
  /// shape [0]. Derivative: that of these operations.
  Tensor residuals;
  /// How many singular values are above rcond times the largest: int64, [...].
  Tensor rank;
  /// In descending order: [..., min(m, n)].
  Tensor singular_values;
};
std::ostream& operator<<(std::ostream& out, const Lstsq& results);

/// For a: [..., m, n] of any rank and b: [..., m, k], or a vector as for solve(). By svd(), as
/// torch.linalg.lstsq with the driver gelsd. Without rcond it is max(m, n) epsilon.
/// Throws LinAlgError for elements of a that aren't finite.
Lstsq lstsq(const Tensor& a, const Tensor& b, std::optional<double> rcond = std::nullopt);

}  // namespace tapegrad
