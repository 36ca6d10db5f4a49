// Numbers in a row: arange, linspace; and the identity matrix.
#include <algorithm>
#include <cmath>

#include "core/check.hpp"
#include "ops/options.hpp"
#include "tapegrad/ops/create.hpp"

namespace tapegrad {
namespace {

Tensor converted_to(DType dtype, const Tensor& x, const TensorOptions& options) {
  return finished(x.to(dtype), options);
}

void check_not_boolean(std::string_view operation, DType dtype) {
  check<DTypeError>(dtype != boolean, "{}: bool holds no range of numbers; use uint8", operation);
}

Tensor integer_range(std::int64_t start, std::int64_t end, std::int64_t step, DType dtype) {
  std::int64_t distance = 0;
  check<ShapeError>(!__builtin_sub_overflow(end, start, &distance),
                    "arange: more elements than 64 bits count: from {} to {}", start, end);
  check<ShapeError>(step != 0 && (distance == 0 || (distance > 0) == (step > 0)),
                    "arange: steps of {} don't lead from {} to {}", step, start, end);
  const std::int64_t n = distance / step + (distance % step != 0);
  if (n > 0) {
    const std::int64_t last = start + (n - 1) * step;
    check_holds("arange", dtype, std::min(start, last), std::max(start, last));
  }
  Tensor x = empty({n}, {.dtype = int64});
  auto* to = x.mutable_data<std::int64_t>();
  for (std::int64_t i = 0; i < n; ++i) to[i] = start + i * step;
  return x;
}

Tensor floating_range(double start, double end, double step) {
  const double n = std::ceil((end - start) / step);
  check<ShapeError>(step != 0 && n >= 0 && n < 0x1p62,
                    "arange: steps of {} don't lead from {} to {}", step, start, end);
  Tensor x = empty({static_cast<std::int64_t>(n)}, {.dtype = float64});
  auto* to = x.mutable_data<double>();
  for (std::int64_t i = 0; i < x.numel(); ++i) to[i] = start + static_cast<double>(i) * step;
  return x;
}

}  // namespace

Tensor arange(Scalar start, Scalar end, Scalar step, const TensorOptions& options) {
  bool floating = false;
  for (const Scalar s : {start, end, step}) floating = floating || s.kind() == float64;
  const DType dtype = options.dtype.value_or(floating ? float32 : int64);
  check_not_boolean("arange", dtype);
  if (is_floating(dtype)) {
    return converted_to(
        dtype, floating_range(start.to<double>(), end.to<double>(), step.to<double>()), options);
  }
  return converted_to(dtype,
                      integer_range(start.to<std::int64_t>(), end.to<std::int64_t>(),
                                    step.to<std::int64_t>(), dtype),
                      options);
}

Tensor arange(Scalar end, const TensorOptions& options) {
  return end.kind() == float64 ? arange(0.0, end, 1.0, options) : arange(0, end, 1, options);
}

Tensor linspace(double start, double end, std::int64_t steps, const TensorOptions& options) {
  const DType dtype = options.dtype.value_or(float32);
  check_not_boolean("linspace", dtype);
  check<ShapeError>(steps >= 0, "linspace: {} steps; there can't be fewer than none", steps);
  Tensor x = empty({steps}, {.dtype = float64});
  auto* to = x.mutable_data<double>();
  const double step = (end - start) / static_cast<double>(std::max<std::int64_t>(steps - 1, 1));
  // From the nearer end, so that both ends are exact and the middle is symmetric.
  for (std::int64_t i = 0; i < steps; ++i) {
    to[i] = i < (steps + 1) / 2 ? start + step * static_cast<double>(i)
                                : end - step * static_cast<double>(steps - 1 - i);
  }
  return converted_to(dtype, x, options);
}

Tensor eye(std::int64_t n, const TensorOptions& options) { return eye(n, n, options); }

Tensor eye(std::int64_t n, std::int64_t m, const TensorOptions& options) {
  Tensor x = zeros({n, m}, {.dtype = options.dtype});
  const std::int64_t count = std::min(n, m);
  if (count > 0) {
    x.view({-1}).slice(0, 0, std::nullopt, m + 1).narrow(0, 0, count).fill_(1);
  }
  return finished(x, options);
}

}  // namespace tapegrad
