// Numbers in a row, and the identity matrix.
#pragma once

#include <concepts>
#include <cstdint>

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// start, start + step, ... before end (after it, for a negative step): ceil((end - start) / step)
/// numbers. int64 if all three are integers, else float32, unless `options` says otherwise; for an
/// integer dtype the three are cut to integers first. Throws ShapeError when the step doesn't lead
/// from start to end or isn't finite, DTypeError for bool or a dtype that doesn't hold the numbers.
Tensor arange(Scalar start, Scalar end, Scalar step = 1, const TensorOptions& options = {});
/// From 0 in steps of 1.
Tensor arange(Scalar end, const TensorOptions& options = {});

/// `steps` numbers at equal distances, the first `start`, the last exactly `end`; just `start` for
/// one step. float32 unless `options` says otherwise; an integer dtype cuts the fractions off, and
/// is exact between integers, beyond 2^53 too. Any two finite ends will do, however far apart.
/// Throws Error for others (between 0 and infinity there is no middle), ShapeError when `steps` is
/// negative, DTypeError for bool or a dtype that doesn't hold the numbers.
Tensor linspace(Scalar start, Scalar end, std::int64_t steps, const TensorOptions& options = {});

/// base^e for `steps` exponents e of linspace(start, end, steps), taken as float64, and then as
/// linspace(). Throws as that does.
Tensor logspace(Scalar start, Scalar end, std::int64_t steps, double base = 10,
                const TensorOptions& options = {});

/// Ones on the diagonal of an n x m matrix (n x n), zeros elsewhere.
Tensor eye(std::int64_t n, const TensorOptions& options = {});
Tensor eye(std::int64_t n, std::int64_t m, const TensorOptions& options = {});

// The dtype alone in the place of the options: arange(3, float32).

Tensor arange(Scalar end, std::same_as<DType> auto dtype) {
  return arange(end, TensorOptions{.dtype = dtype});
}
Tensor arange(Scalar start, Scalar end, std::same_as<DType> auto dtype) {
  return arange(start, end, 1, TensorOptions{.dtype = dtype});
}
Tensor arange(Scalar start, Scalar end, Scalar step, std::same_as<DType> auto dtype) {
  return arange(start, end, step, TensorOptions{.dtype = dtype});
}
Tensor linspace(Scalar start, Scalar end, std::int64_t steps, std::same_as<DType> auto dtype) {
  return linspace(start, end, steps, TensorOptions{.dtype = dtype});
}
Tensor logspace(Scalar start, Scalar end, std::int64_t steps, double base,
                std::same_as<DType> auto dtype) {
  return logspace(start, end, steps, base, TensorOptions{.dtype = dtype});
}
Tensor eye(std::int64_t n, std::same_as<DType> auto dtype) {
  return eye(n, TensorOptions{.dtype = dtype});
}
Tensor eye(std::int64_t n, std::int64_t m, std::same_as<DType> auto dtype) {
  return eye(n, m, TensorOptions{.dtype = dtype});
}

}  // namespace tapegrad
