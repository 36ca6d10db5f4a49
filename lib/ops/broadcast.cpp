#include "ops/broadcast.hpp"

#include <algorithm>

#include "core/check.hpp"

namespace tapegrad {

void check_broadcast(std::string_view operation, const Shape& a, const Shape& b, std::size_t last) {
  for (std::size_t i = last; i <= std::min(a.size(), b.size()); ++i) {
    const std::int64_t x = a[a.size() - i];
    const std::int64_t y = b[b.size() - i];
    check<ShapeError>(x == y || x == 1 || y == 1,
                      "{}: shapes don't broadcast: {} and {} have sizes {} and {} in dim -{}; "
                      "sizes must be equal or 1",
                      operation, a, b, x, y, i);
  }
}

Shape broadcast_for(std::string_view operation, const Shape& a, const Shape& b) {
  if (a == b) return a;
  check_broadcast(operation, a, b);
  return broadcast_shapes(a, b);
}

}  // namespace tapegrad
