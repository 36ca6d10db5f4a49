// How the hand-written loops use several cores: the range in as many parts as there are threads.
#pragma once

#include <omp.h>

#include <algorithm>
#include <cstdint>

namespace limits {

/// f(begin, end) for parts of [0, n), none of them much below `grain`.
template <class F>
void in_parts(std::int64_t n, std::int64_t grain, F f) {
  const std::int64_t most = std::max<std::int64_t>(1, n / grain);
  const int parts = static_cast<int>(std::min<std::int64_t>(omp_get_max_threads(), most));
  if (parts == 1) return f(std::int64_t{0}, n);
#pragma omp parallel for num_threads(parts) schedule(static, 1)
  for (int part = 0; part < parts; ++part) f(n * part / parts, n * (part + 1) / parts);
}

}  // namespace limits
