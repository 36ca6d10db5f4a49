// Softmax of each row: its maximum, its exponentials and their sum, the division; from the cache.
#pragma once

#include "reduce.hpp"

namespace limits {

inline void softmax_row(float* y, const float* x, std::int64_t n) {
  const float most = reduce_part(x, n, -std::numeric_limits<float>::infinity(), Max{});
  map_part(y, x, n, [=](Batch b) { return xsimd::exp(b - most); });
  const float scale = 1 / reduce_part(y, n, 0, Add{});
  for (std::int64_t j = 0; j < n; ++j) y[j] *= scale;
}

inline void softmax(Buffer& y, const Buffer& x, std::int64_t columns) {
  const auto rows = static_cast<std::int64_t>(x.size()) / columns;
  in_parts(rows, 1 + (1 << 13) / columns, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      softmax_row(y.data() + i * columns, x.data() + i * columns, columns);
    }
  });
}

}  // namespace limits
