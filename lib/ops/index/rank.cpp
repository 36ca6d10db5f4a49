#include "tapegrad/ops/index/rank.hpp"

#include "ops/index/order.hpp"
#include "ops/reduced.hpp"
#include "ops/value_check.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/index/select.hpp"
#include "tapegrad/ops/index/sort.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/shape.hpp"

namespace tapegrad {
namespace {

Tensor line_of(std::string_view operation, const Tensor& x) {
  check<ShapeError>(x.numel() > 0, "{}: no element: shape {}", operation, x.shape());
  return x.reshape({x.numel()});
}

std::int64_t length_of(std::string_view operation, const Tensor& x, std::int64_t dim) {
  const std::size_t d = reduced_dim(operation, x, dim);
  const std::int64_t n = x.dim() == 0 ? 1 : x.shape()[d];
  check<ShapeError>(n > 0, "{}: no element: shape {}, dim {}", operation, x.shape(), dim);
  return n;
}

/// How many elements of each line aren't NaN, in a dimension of size 1.
Tensor numbers_along(const Tensor& x, std::int64_t dim) {
  return sum(x.detach() == x.detach(), dim, keepdim);
}

/// Where a quantile lies: the element below it and the one above, and how far it is from the first.
struct Between {
  Tensor low;
  Tensor high;
  Tensor share;

  /// `rank` counts elements from the smallest on, and may be between two.
  Between(std::string_view operation, const Tensor& rank, std::string_view interpolation) {
    const Tensor fixed = rank.detach();
    low = floor(fixed);
    high = ceil(fixed);
    if (interpolation == "linear") {
      share = rank - low;
    } else if (interpolation == "midpoint") {
      share = (high - low) * 0.5;
    } else if (interpolation == "lower") {
      high = low;
    } else if (interpolation == "higher") {
      low = high;
    } else if (interpolation == "nearest") {
      low = high = round(fixed);
    } else {
      fail<Error>(
          "{}: there is no interpolation \"{}\"; use \"linear\", \"lower\", \"higher\", "
          "\"midpoint\" or \"nearest\"",
          operation, interpolation);
    }
  }
};

/// As a tensor of rank 1, in the type that its ranks are computed in.
Tensor parts_of(std::string_view operation, const Tensor& q) {
  check<DTypeError>(is_floating(q.dtype()), "{}: q is {}; convert it with to(float32)", operation,
                    q.dtype());
  check<ShapeError>(q.dim() <= 1, "{}: q of shape {}; it must be a number or a vector", operation,
                    q.shape());
  const auto check_parts = [operation](const Tensor& parts) {
    for (const double part : parts.to_vector<double>()) {
      check<Error>(part >= 0 && part <= 1, "{}: {} isn't between 0 and 1", operation, part);
    }
  };
  check_values(check_parts, q.detach());
  return q.reshape({q.numel()});
}

/// The rank of each part of q in each line of `sorted`, whose last dimension these are; NaN has
/// the last of them.
Tensor ranks_of(const Tensor& q, const Tensor& sorted, bool without_nan) {
  const std::int64_t n = sorted.size(-1);
  if (without_nan) return q * clamp_min(numbers_along(sorted, -1) - 1, 0).to(q.dtype());
  const Tensor last = sorted.detach().narrow(-1, n - 1, 1);
  return where(last == last, q * (n - 1), n - 1);
}

/// The quantiles of each line of x's last dimension, instead of that.
Tensor of_lines(std::string_view operation, const Tensor& x, const Tensor& q,
                std::string_view interpolation, bool without_nan) {
  const Tensor sorted = sort(x, -1).values;
  const Between place(operation, ranks_of(q, sorted, without_nan), interpolation);
  const Tensor below = gather(sorted, -1, place.low.to(int64));
  if (!place.share.defined()) return below;
  const Tensor above = gather(sorted, -1, place.high.to(int64));
  const Tensor share = place.share.to(x.dtype());
  return where(share == 0, below, below + (above - below) * share);
}

Tensor between(std::string_view operation, const Tensor& x, const Tensor& q,
               std::optional<std::int64_t> dim, Keepdim keep, std::string_view interpolation,
               bool without_nan) {
  check_floating(operation, x);
  const Tensor parts = parts_of(operation, q);
  const bool whole = !dim || x.dim() == 0;
  if (dim) length_of(operation, x, *dim);
  const Tensor lines = whole ? line_of(operation, x) : x.movedim({*dim}, {-1});
  Tensor y = of_lines(operation, lines, parts, interpolation, without_nan);
  y = q.dim() == 0 ? y.squeeze(-1) : y.movedim({-1}, {0});
  if (keep == Keepdim::no) return y;
  Shape shape = x.shape();
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (whole || i == reduced_dim(operation, x, *dim)) shape[i] = 1;
  }
  if (q.dim() == 1) shape.insert(0, q.numel());
  return y.reshape(shape);
}

Tensor between(std::string_view operation, const Tensor& x, double q,
               std::optional<std::int64_t> dim, Keepdim keep, std::string_view interpolation,
               bool without_nan) {
  return between(operation, x, full({}, q, {.dtype = float64}), dim, keep, interpolation,
                 without_nan);
}

}  // namespace

Tensor median(const Tensor& x) {
  check_defined("median", x);
  return median(line_of("median", x), 0).values;
}

Extremes median(const Tensor& x, AsDim dim, Keepdim keep) {
  check_defined("median", x, dim, keep);
  const std::int64_t n = length_of("median", x, dim);
  Tensor places = place_of_kth("median", x, (n + 1) / 2, dim);
  if (is_floating(x.dtype()) && x.dim() > 0) {
    // argmax() finds the first NaN where there is one, and something else where not.
    const Tensor fixed = x.detach();
    places = tapegrad::where(any(fixed != fixed, std::int64_t{dim}), argmax(fixed, dim), places);
  }
  return taken_along(x, places, dim, keep);
}

Tensor nanmedian(const Tensor& x) {
  check_defined("nanmedian", x);
  return nanmedian(line_of("nanmedian", x), 0).values;
}

Extremes nanmedian(const Tensor& x, AsDim dim, Keepdim keep) {
  check_defined("nanmedian", x, dim, keep);
  length_of("nanmedian", x, dim);
  if (!is_floating(x.dtype()) || x.dim() == 0) return median(x, dim, keep);
  const Tensor middle = floor_divide(clamp_min(numbers_along(x, dim) - 1, 0), 2);
  const Tensor places = gather(argsort(x, dim), dim, middle);
  return taken_along(x, places.squeeze(dim), dim, keep);
}

Tensor quantile(const Tensor& x, double q, std::optional<std::int64_t> dim, Keepdim keep,
                std::string_view interpolation) {
  check_defined("quantile", x, q, dim, keep, interpolation);
  return between("quantile", x, q, dim, keep, interpolation, false);
}

Tensor quantile(const Tensor& x, const Tensor& q, std::optional<std::int64_t> dim, Keepdim keep,
                std::string_view interpolation) {
  check_defined("quantile", x, q, dim, keep, interpolation);
  return between("quantile", x, q, dim, keep, interpolation, false);
}

Tensor nanquantile(const Tensor& x, double q, std::optional<std::int64_t> dim, Keepdim keep,
                   std::string_view interpolation) {
  check_defined("nanquantile", x, q, dim, keep, interpolation);
  return between("nanquantile", x, q, dim, keep, interpolation, true);
}

Tensor nanquantile(const Tensor& x, const Tensor& q, std::optional<std::int64_t> dim, Keepdim keep,
                   std::string_view interpolation) {
  check_defined("nanquantile", x, q, dim, keep, interpolation);
  return between("nanquantile", x, q, dim, keep, interpolation, true);
}

}  // namespace tapegrad
