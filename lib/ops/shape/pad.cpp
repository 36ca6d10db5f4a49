#include "tapegrad/ops/shape/pad.hpp"

#include <algorithm>

#include "core/check.hpp"
#include "core/sizes.hpp"
#include "ops/elementwise.hpp"
#include "ops/strided.hpp"
#include "tapegrad/ops/index/select.hpp"

namespace tapegrad {
namespace {

/// x without what widths below 0 cut off.
Tensor cropped(const Tensor& x, const std::vector<std::int64_t>& widths) {
  Tensor part = x;
  for (std::size_t i = 0; i < widths.size() / 2; ++i) {
    const std::int64_t d = x.dim() - 1 - static_cast<std::int64_t>(i);
    const std::int64_t n = x.size(d);
    const std::int64_t first = widths[2 * i];
    const std::int64_t last = widths[2 * i + 1];
    // More than all there is counts as that and one.
    const auto cut = [n](std::int64_t width) { return std::clamp<std::int64_t>(width, -n - 1, 0); };
    const std::int64_t kept = n + cut(first) + cut(last);
    check<ShapeError>(kept >= 0, "pad: {} and {} cut off more than the {} elements of dimension {}",
                      first, last, n, d);
    if (kept < n) part = part.narrow(d, std::max<std::int64_t>(-first, 0), kept);
  }
  return part;
}

/// Each width but for those below 0, which have been cut off.
std::vector<std::int64_t> outward(std::vector<std::int64_t> widths) {
  for (std::int64_t& width : widths) width = std::max<std::int64_t>(width, 0);
  return widths;
}

/// x in the midst of a constant.
Tensor surrounded(const Tensor& x, const std::vector<std::int64_t>& widths, Scalar value) {
  Shape shape = x.shape();
  Shape before(shape.size(), 0);
  for (std::size_t i = 0; i < widths.size() / 2; ++i) {
    const std::size_t d = shape.size() - 1 - i;
    before[d] = widths[2 * i];
    shape[d] = checked_add("pad", checked_add("pad", shape[d], before[d]), widths[2 * i + 1]);
  }
  Layout place{shape};
  for (std::size_t d = 0; d < shape.size(); ++d)
    place = place.sliced(d, before[d], x.shape()[d], 1);
  return as_strided_scatter(constant("pad", x.dtype(), value).expand(shape), x, place);
}

/// Where the element at `i`, before the first or behind the last of n, is taken from.
std::int64_t source_of(std::int64_t i, std::int64_t n, PadMode mode) {
  if (mode == PadMode::replicate) return std::clamp<std::int64_t>(i, 0, n - 1);
  if (mode == PadMode::circular) return (i + n) % n;
  return i < 0 ? -i : i >= n ? 2 * (n - 1) - i : i;
}

void check_reach(std::int64_t width, std::int64_t n, PadMode mode) {
  check<ShapeError>(width <= 0 || n > 0, "pad: {} elements to repeat of a dimension that has none",
                    width);
  check<ShapeError>(mode != PadMode::reflect || width < n,
                    "pad: {} elements to reflect of a dimension of {}; there must be more", width,
                    n);
  check<ShapeError>(mode != PadMode::circular || width <= n,
                    "pad: {} elements of a dimension of {}: more than once round", width, n);
}

}  // namespace

Tensor pad(const Tensor& x, const std::vector<std::int64_t>& widths, Scalar value) {
  check_defined("pad", x, widths, value);
  return pad(x, widths, PadMode::constant, value);
}

Tensor pad(const Tensor& x, const std::vector<std::int64_t>& widths, PadMode mode, Scalar value) {
  check_defined("pad", x, widths, mode, value);
  check<ShapeError>(widths.size() % 2 == 0 && widths.size() / 2 <= x.shape().size(),
                    "pad: {} widths for the {} dimensions of shape {}; two for each, from the last",
                    widths.size(), x.dim(), x.shape());
  const Tensor part = cropped(x, widths);
  if (mode == PadMode::constant) return surrounded(part, outward(widths), value);
  // As in PyTorch: mirrors and edges are those of x, rounds are those of what is left of it.
  const bool round = mode == PadMode::circular;
  const std::vector<std::int64_t> more = round ? outward(widths) : widths;
  Tensor y = round ? part : x;
  for (std::size_t i = 0; i < more.size() / 2; ++i) {
    const std::int64_t dim = x.dim() - 1 - static_cast<std::int64_t>(i);
    const std::int64_t n = y.size(dim);
    check_reach(more[2 * i], n, mode);
    check_reach(more[2 * i + 1], n, mode);
    std::vector<std::int64_t> from;
    for (std::int64_t k = -more[2 * i]; k < n + more[2 * i + 1]; ++k) {
      from.push_back(source_of(k, n, mode));
    }
    y = index_select(y, dim, Tensor::from_vector(std::move(from)));
  }
  return y.is_same(x) ? x.clone() : y;
}

}  // namespace tapegrad
