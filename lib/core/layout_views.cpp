#include "core/layout_views.hpp"

#include <algorithm>

namespace tapegrad {

Layout diagonal_of(const Layout& x, std::size_t a, std::size_t b, std::int64_t offset) {
  const std::int64_t down = std::max<std::int64_t>(-offset, 0);
  const std::int64_t right = std::max<std::int64_t>(offset, 0);
  const std::int64_t length =
      std::max<std::int64_t>(std::min(x.shape()[a] - down, x.shape()[b] - right), 0);
  Shape shape = x.shape();
  Strides strides = x.strides();
  std::int64_t first = x.offset();
  if (length > 0 && x.numel() > 0) first += down * strides[a] + right * strides[b];
  const std::int64_t stride = length > 1 ? strides[a] + strides[b] : 1;
  for (const std::size_t gone : {std::max(a, b), std::min(a, b)}) {
    shape.erase(gone);
    strides.erase(gone);
  }
  shape.push_back(length);
  strides.push_back(stride);
  return Layout(shape, strides, first);
}

Layout windows_of(const Layout& x, std::size_t dim, std::int64_t size, std::int64_t step) {
  const std::int64_t count = (x.shape()[dim] - size) / step + 1;
  Layout result = x.sliced(dim, 0, count, step);
  Shape shape = result.shape();
  Strides strides = result.strides();
  shape.push_back(size);
  strides.push_back(x.strides()[dim]);
  return Layout(shape, strides, x.offset());
}

Layout flipped(const Layout& x, const Dims& dims) {
  Strides strides = x.strides();
  std::int64_t first = x.offset();
  for (const std::int64_t dim : dims) {
    const auto d = static_cast<std::size_t>(dim);
    if (x.numel() > 0) first += (x.shape()[d] - 1) * strides[d];
    strides[d] = -strides[d];
  }
  return Layout(x.shape(), strides, first);
}

}  // namespace tapegrad
