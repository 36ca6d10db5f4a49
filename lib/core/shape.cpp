#include "tapegrad/shape.hpp"

#include <algorithm>

#include "core/check.hpp"
#include "core/sizes.hpp"

namespace tapegrad {

void Dims::throw_outside(std::int64_t i) const {
  fail<IndexError>("Dims: there is no element {} in {}", i, *this);
}

void Dims::throw_too_long() {
  fail<ShapeError>("shape: more than {} dimensions; flatten some", max_rank);
}

void detail::refuse_index(std::string_view operation, std::uint64_t value) {
  fail<IndexError>("{}: {} is no dimension and no index: these end below 2^63", operation, value);
}

std::string to_string(const Dims& dims) { return fmt::format("{}", dims); }

std::int64_t numel(const Shape& shape) {
  std::optional<std::int64_t> count = 1;
  bool empty = false;
  for (const std::int64_t size : shape) {
    check<ShapeError>(size >= 0, "shape: negative size: {}", shape);
    empty = empty || size == 0;
    if (count) count = product(*count, size);
  }
  if (empty) return 0;
  check<ShapeError>(count.has_value(), "shape: more elements than 64 bits count: {}", shape);
  return *count;
}

Shape broadcast_shapes(const Shape& a, const Shape& b) {
  if (a == b) return a;
  const Shape& longer = a.size() >= b.size() ? a : b;
  const Shape& shorter = a.size() >= b.size() ? b : a;
  const std::size_t lead = longer.size() - shorter.size();
  Shape result = longer;
  for (std::size_t i = 0; i < shorter.size(); ++i) {
    std::int64_t& size = result[lead + i];
    check<ShapeError>(
        size == shorter[i] || size == 1 || shorter[i] == 1,
        "broadcast_shapes: shapes don't broadcast: {} and {}; counted from the right, "
        "sizes must be equal or 1",
        a, b);
    if (size == 1) size = shorter[i];
  }
  return result;
}

}  // namespace tapegrad
