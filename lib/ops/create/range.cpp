#include "tapegrad/ops/create/range.hpp"

#include <algorithm>
#include <cmath>

#include "core/check.hpp"
#include "core/sizes.hpp"
#include "core/speaking.hpp"
#include "core/tensor_impl.hpp"
#include "core/unknown.hpp"
#include "ops/create/options.hpp"
#include "tapegrad/ops/create/filled.hpp"

namespace tapegrad {
namespace {

Tensor stored(std::string_view operation, DType dtype, const Tensor& x,
              const TensorOptions& options) {
  return finished(tapegrad::stored(operation, x, dtype), options);
}

void check_not_boolean(std::string_view operation, DType dtype) {
  check<DTypeError>(dtype != boolean, "{}: bool holds no range of numbers; use uint8", operation);
}

Tensor integer_range(Scalar from, Scalar to_before, Scalar by, DType dtype) {
  const auto start = from.to<std::int64_t>("arange");
  const auto end = to_before.to<std::int64_t>("arange");
  const auto step = by.to<std::int64_t>("arange");
  const std::int64_t distance = checked_sub("arange", end, start);
  check<ShapeError>(step != 0 && (distance == 0 || (distance > 0) == (step > 0)),
                    "arange: steps of {} don't lead from {} to {}", step, start, end);
  // As unsigned numbers: -2^63 / -1 isn't one of int64.
  const auto size = [](std::int64_t i) { return i < 0 ? 0 - std::uint64_t(i) : std::uint64_t(i); };
  const std::uint64_t count = size(distance) / size(step) + (size(distance) % size(step) != 0);
  check<ShapeError>(count < std::uint64_t{1} << 63,
                    "arange: more elements than 64 bits count: from {} to {}", start, end);
  const auto n = static_cast<std::int64_t>(count);
  check<ShapeError>(
      graphs_here == 0 || !is_unknown(n),
      "arange: shape {} isn't known before the graph runs, and its numbers are made at "
      "once",
      Shape{n});
  if (n > 0 && !is_floating(dtype)) {
    const std::int64_t last = start + (n - 1) * step;
    check_holds("arange", dtype, std::min(start, last), std::max(start, last));
  }
  Tensor x = make_tensor("arange", int64, Shape{n});
  auto* to = x.mutable_data<std::int64_t>();
  for (std::int64_t i = 0; i < n; ++i) to[i] = start + i * step;
  return x;
}

/// Cut towards 0, by whole steps and a fraction of `parts`: doubles would round beyond 2^53. The
/// ends may be further apart than int64 counts, so all of it is done with unsigned numbers.
Tensor integers_between(std::int64_t start, std::int64_t end, std::int64_t steps) {
  Tensor x = make_tensor("linspace", int64, Shape{steps});
  auto* to = x.mutable_data<std::int64_t>();
  const bool up = start <= end;
  const std::uint64_t distance =
      up ? std::uint64_t(end) - std::uint64_t(start) : std::uint64_t(start) - std::uint64_t(end);
  const std::uint64_t parts = steps > 1 ? std::uint64_t(steps - 1) : 1;
  const std::uint64_t one = up ? 1 : ~std::uint64_t{0};
  auto at = std::uint64_t(start);
  std::uint64_t fraction = 0;
  for (std::int64_t i = 0; i < steps; ++i) {
    const auto passed = static_cast<std::int64_t>(at);
    const bool next = fraction > 0 && (up ? passed < 0 : passed > 0);
    to[i] = static_cast<std::int64_t>(next ? at + one : at);
    at += one * (distance / parts);
    fraction += distance % parts;
    if (fraction >= parts) {
      fraction -= parts;
      at += one;
    }
  }
  return x;
}

Tensor floating_range(double start, double end, double step) {
  check<ShapeError>(std::isfinite(step), "arange: steps of {} lead nowhere", step);
  // Ends that are further apart than any number: half of everything, until the last step.
  const bool wide = std::isinf(end - start) && std::isfinite(start) && std::isfinite(end);
  const double n = std::ceil(wide ? (end / 2 - start / 2) / (step / 2) : (end - start) / step);
  check<ShapeError>(step != 0 && n >= 0 && n < 0x1p62,
                    "arange: steps of {} don't lead from {} to {}", step, start, end);
  Tensor x = make_tensor("arange", float64, Shape{static_cast<std::int64_t>(n)});
  auto* to = x.mutable_data<double>();
  for (std::int64_t i = 0; i < x.numel(); ++i) {
    const auto k = static_cast<double>(i);
    to[i] = wide ? 2 * (start / 2 + k * (step / 2)) : start + k * step;
  }
  return x;
}

Tensor numbers_between(double start, double end, std::int64_t steps) {
  check<Error>(std::isfinite(start) && std::isfinite(end),
               "linspace: from {} to {}; both must be finite", start, end);
  Tensor x = make_tensor("linspace", float64, Shape{steps});
  auto* to = x.mutable_data<double>();
  // Half of ends that are further apart than any number.
  const bool wide = std::isinf(end - start);
  const double part = wide ? 0.5 : 1;
  const double step =
      steps > 2 ? (end * part - start * part) / static_cast<double>(steps - 1) : 0.0;
  // From the nearer end, so that both ends are exact and the middle is symmetric.
  for (std::int64_t i = 0; i < steps; ++i) {
    to[i] = i < (steps + 1) / 2 ? (start * part + step * static_cast<double>(i)) / part
                                : (end * part - step * static_cast<double>(steps - 1 - i)) / part;
  }
  return x;
}

}  // namespace

Tensor arange(Scalar start, Scalar end, Scalar step, const TensorOptions& options) {
  bool floating = false;
  for (const Scalar s : {start, end, step}) floating = floating || s.kind() == float64;
  const DType dtype = chosen("arange", options, floating ? float32 : int64);
  check_not_boolean("arange", dtype);
  // Integers are counted as such for a floating-point type, too, and rounded once.
  const Tensor x = floating && is_floating(dtype)
                       ? floating_range(start.to<double>(), end.to<double>(), step.to<double>())
                       : integer_range(start, end, step, dtype);
  return stored("arange", dtype, x, options);
}

Tensor arange(Scalar end, const TensorOptions& options) {
  return end.kind() == float64 ? arange(0.0, end, 1.0, options) : arange(0, end, 1, options);
}

Tensor linspace(Scalar start, Scalar end, std::int64_t steps, const TensorOptions& options) {
  const DType dtype = chosen("linspace", options, float32);
  check_not_boolean("linspace", dtype);
  check<ShapeError>(steps >= 0, "linspace: {} steps; there can't be fewer than none", steps);
  const bool whole = start.kind() != float64 && end.kind() != float64;
  const Tensor x = whole && !is_floating(dtype)
                       ? integers_between(start.to<std::int64_t>(), end.to<std::int64_t>(), steps)
                       : numbers_between(start.to<double>(), end.to<double>(), steps);
  return stored("linspace", dtype, x, options);
}

Tensor logspace(Scalar start, Scalar end, std::int64_t steps, double base,
                const TensorOptions& options) {
  const DType dtype = chosen("logspace", options, float32);
  check_not_boolean("logspace", dtype);
  Tensor x =
      speaking_as("logspace", [&] { return linspace(start, end, steps, {.dtype = float64}); });
  auto* at = x.mutable_data<double>();
  for (std::int64_t i = 0; i < steps; ++i) at[i] = std::pow(base, at[i]);
  return stored("logspace", dtype, x, options);
}

Tensor eye(std::int64_t n, const TensorOptions& options) { return eye(n, n, options); }

Tensor eye(std::int64_t n, std::int64_t m, const TensorOptions& options) {
  check<ShapeError>(n >= 0 && m >= 0, "eye: {} rows and {} columns; there can't be fewer than none",
                    n, m);
  const DType dtype = chosen("eye", options, float32);
  Tensor x = speaking_as("eye", [&] { return zeros({n, m}, {.dtype = dtype}); });
  const std::int64_t count = std::min(n, m);
  if (count > 0) {
    x.view({-1}).slice(0, 0, std::nullopt, m + 1).narrow(0, 0, count).fill_(1);
  }
  return finished(x, options);
}

}  // namespace tapegrad
