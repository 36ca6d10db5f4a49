#include "tapegrad/ops/shape/repeat.hpp"

#include <algorithm>
#include <vector>

#include "core/check.hpp"
#include "core/layout.hpp"
#include "core/naming.hpp"
#include "core/sizes.hpp"
#include "core/speaking.hpp"
#include "tapegrad/ops/index/select.hpp"
#include "tapegrad/ops/shape/join.hpp"

namespace tapegrad {
namespace {

/// x, with `count` copies in a new dimension before `at`, as one of `shape`.
Tensor copied(const Tensor& x, std::size_t at, std::int64_t count, const Shape& shape) {
  Shape apart = x.shape();
  apart.insert(at, count);
  return x.unsqueeze(static_cast<std::int64_t>(at)).expand(apart).reshape(shape);
}

/// `count` copies one behind the other along dimension d.
Tensor repeated(const Tensor& x, std::size_t d, std::int64_t count) {
  const auto dim = static_cast<std::int64_t>(d);
  const std::int64_t size = checked_mul("repeat", x.shape()[d], count);
  Shape shape = x.shape();
  shape[d] = size;
  if (x.shape()[d] == 1 || count == 0) {
    return count == 0 ? x.narrow(dim, 0, 0) : x.expand(shape).clone();
  }
  if (x.shape().size() == max_rank) {  // no room for another dimension
    return cat(std::vector<Tensor>(static_cast<std::size_t>(count), x), dim);
  }
  return copied(x, d, count, shape);
}

Tensor repeated(std::string_view operation, const Tensor& x, const Shape& repeats) {
  for (const std::int64_t count : repeats) {
    check<ShapeError>(count >= 0, "{}: a negative number of copies: {}", operation, repeats);
  }
  Shape shape = x.shape();
  while (shape.size() < repeats.size()) shape.insert(0, 1);
  return speaking_as(operation, [&] {
    Tensor y = x.reshape(shape);
    // From the last on: what is copied twice is small.
    for (std::size_t d = shape.size(); d-- > 0;) {
      if (repeats[d] != 1) y = repeated(y, d, repeats[d]);
    }
    return y.shares_storage_with(x) ? y.clone() : y;
  });
}

/// counts[i] copies of slice i beside each other.
Tensor interleaved(const Tensor& x, std::int64_t dim, const std::vector<std::int64_t>& counts) {
  return in_name_of("repeat_interleave", [&] {
    std::vector<std::int64_t> slices;
    for (std::size_t i = 0; i < counts.size(); ++i) {
      const auto slice = static_cast<std::int64_t>(i);
      slices.insert(slices.end(), static_cast<std::size_t>(counts[i]), slice);
    }
    return index_select(x, dim, Tensor::from_vector(std::move(slices)));
  });
}

}  // namespace

Tensor repeat(const Tensor& x, const Shape& repeats) {
  check_defined("repeat", x, repeats);
  check<ShapeError>(repeats.size() >= x.shape().size(),
                    "repeat: {} for the {} dimensions of shape {}; use tile() for the last ones",
                    repeats, x.dim(), x.shape());
  return repeated("repeat", x, repeats);
}

Tensor tile(const Tensor& x, const Shape& repeats) {
  check_defined("tile", x, repeats);
  Shape all = repeats;
  while (all.size() < x.shape().size()) all.insert(0, 1);
  return repeated("tile", x, all);
}

Tensor repeat_interleave(const Tensor& x, std::int64_t repeats, AsDim dim) {
  check_defined("repeat_interleave", x, repeats, dim);
  const std::size_t d = wrap_dim("repeat_interleave", dim, x.shape().size());
  check<ShapeError>(repeats >= 0, "repeat_interleave: a negative number of copies: {}", repeats);
  const std::int64_t total = checked_mul("repeat_interleave", x.shape()[d], repeats);
  if (x.shape().size() == max_rank) {  // no room for another dimension
    return interleaved(x, dim, std::vector(static_cast<std::size_t>(x.shape()[d]), repeats));
  }
  Shape shape = x.shape();
  shape[d] = total;
  return speaking_as("repeat_interleave", [&] {
    const Tensor y = copied(x, d + 1, repeats, shape);
    return y.shares_storage_with(x) ? y.clone() : y;
  });
}

Tensor repeat_interleave(const Tensor& x, const Tensor& repeats, AsDim dim) {
  check_defined("repeat_interleave", x, repeats, dim);
  const std::size_t d = wrap_dim("repeat_interleave", dim, x.shape().size());
  check<DTypeError>(!is_floating(repeats.dtype()) && repeats.dtype() != boolean,
                    "repeat_interleave: counts must be integers, got {}", repeats.dtype());
  const std::vector<std::int64_t> counts = repeats.to_vector<std::int64_t>();
  if (counts.size() == 1) return repeat_interleave(x, counts[0], dim);
  check<ShapeError>(
      repeats.dim() == 1 && repeats.numel() == x.shape()[d],
      "repeat_interleave: counts of shape {} for dimension {} of shape {}; one for each slice",
      repeats.shape(), d, x.shape());
  for (const std::int64_t count : counts) {
    check<ShapeError>(count >= 0, "repeat_interleave: a negative number of copies: {}", count);
  }
  return interleaved(x, dim, counts);
}

Tensor repeat_interleave(const Tensor& x, std::int64_t repeats) {
  check_defined("repeat_interleave", x, repeats);
  return repeat_interleave(x.reshape({x.numel()}), repeats, 0);
}

}  // namespace tapegrad
