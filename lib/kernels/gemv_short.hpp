// A matrix times a vector by rows that are shorter than the lanes of gemv.cpp.
#pragma once

#include <algorithm>
#include <cstdint>

#include "kernels/gemv_parts.hpp"
#include "kernels/parallel.hpp"

namespace tapegrad::kernels {

/// Four sums beside each other.
template <class T>
void short_rows(const Product<T>& p) {
  const Dense<T> x(p.b, p.b_row, p.k);
  const std::int64_t groups = (p.m - 1) / 4 + 1;
  parallel_for(groups, std::max<std::int64_t>(1, grain / (4 * p.k)),
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t g = begin; g < end; ++g) {
                   // The last four rows, where there are no four more.
                   const std::int64_t i = std::min(4 * g, p.m - 4);
                   T sums[4] = {};
                   for (std::int64_t l = 0; l < p.k; ++l) {
                     for (std::int64_t r = 0; r < 4; ++r) {
                       sums[r] += p.a[(i + r) * p.a_row + l] * x.data()[l];
                     }
                   }
                   for (std::int64_t r = 4 * g - i; r < 4; ++r) {
                     p.out[i + r] = p.onto ? p.out[i + r] + sums[r] : sums[r];
                   }
                 }
               });
}

}  // namespace tapegrad::kernels
