#include "tapegrad/ops/index/rank.hpp"

#include <cmath>

#include "ops/index/order.hpp"
#include "ops/reduced.hpp"
#include "tapegrad/ops/index/sort.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"

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

}  // namespace

Tensor median(const Tensor& x) {
  check_defined("median", x);
  return median(line_of("median", x), 0).values;
}

Extremes median(const Tensor& x, std::int64_t dim, Keepdim keep) {
  check_defined("median", x, dim, keep);
  const std::int64_t n = length_of("median", x, dim);
  Tensor places = place_of_kth("median", x, (n + 1) / 2, dim);
  if (is_floating(x.dtype()) && x.dim() > 0) {
    // argmax() finds the first NaN where there is one, and something else where not.
    const Tensor fixed = x.detach();
    places = tapegrad::where(any(fixed != fixed, dim), argmax(fixed, dim), places);
  }
  return taken_along(x, places, dim, keep);
}

Tensor quantile(const Tensor& x, double q) {
  check_floating("quantile", x);
  return quantile(line_of("quantile", x), q, 0);
}

Tensor quantile(const Tensor& x, double q, std::int64_t dim, Keepdim keep) {
  check_floating("quantile", x);
  check<Error>(q >= 0 && q <= 1, "quantile: {} isn't between 0 and 1", q);
  const std::int64_t n = length_of("quantile", x, dim);
  if (x.dim() == 0) return x.view(x.shape());
  const double place = q * static_cast<double>(n - 1);
  const auto low = static_cast<std::int64_t>(std::floor(place));
  const double share = place - static_cast<double>(low);
  const Tensor sorted = sort(x, dim).values;
  const Tensor below = sorted.narrow(dim, low, 1);
  Tensor y = below;
  if (share > 0) y = below + (sorted.narrow(dim, low + 1, 1) - below) * share;
  const Tensor last = sorted.narrow(dim, n - 1, 1);  // NaN comes last
  y = tapegrad::where(last.detach() == last.detach(), y, last);
  return keep == Keepdim::yes ? y : y.squeeze(dim);
}

}  // namespace tapegrad
