#include "summary/histogram.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace tapegrad::summary {
namespace {

// All tables are made at compile time: nothing is left to destroy at the end of the program, when
// a writer's thread may still count.

constexpr double first_limit = 1e-12;
constexpr double infinity = std::numeric_limits<double>::infinity();

constexpr std::size_t count_limits() {
  std::size_t count = 0;
  for (double limit = first_limit; limit < 1e20; limit *= 1.1) ++count;
  return count;
}

/// How many limits are positive and finite but for the last, which is DBL_MAX.
constexpr std::size_t inner = count_limits();

/// 1e-12, 1.1e-12, ... below 1e20; infinity instead of DBL_MAX, as nothing counts beyond that.
constexpr std::array<double, inner + 1> positive_limits = [] {
  std::array<double, inner + 1> limits{};
  double limit = first_limit;
  for (std::size_t i = 0; i < inner; ++i, limit *= 1.1) limits[i] = limit;
  limits[inner] = infinity;
  return limits;
}();

/// The upper limit of a bucket: -DBL_MAX, ..., -1e-12, 0, 1e-12, 1.1e-12, ..., DBL_MAX.
constexpr std::size_t buckets = 2 * (inner + 1) + 1;
double limit_of(std::size_t bucket) {
  constexpr double most = std::numeric_limits<double>::max();
  const auto positive = [=](std::size_t i) { return std::min(positive_limits[i], most); };
  if (bucket <= inner) return -positive(inner - bucket);
  return bucket == inner + 1 ? 0 : positive(bucket - inner - 2);
}

// A cell is the numbers that share their exponent and the first four bits after it. It is less
// than a sixteenth wide, so that at most one limit is in it.
constexpr std::int64_t cell_of(double magnitude) {
  constexpr int bits_of_a_cell = 48;
  return std::bit_cast<std::int64_t>(magnitude) >> bits_of_a_cell;
}
constexpr std::int64_t first_cell = cell_of(first_limit);
constexpr std::int64_t last_cell = cell_of(positive_limits[inner - 1]) + 1;

/// For each cell, how many limits are below all of it.
constexpr auto limits_below = [] {
  std::array<std::uint16_t, last_cell - first_cell + 1> below{};
  std::size_t count = 0;
  for (std::size_t i = 0; i < below.size(); ++i) {
    while (cell_of(positive_limits[count]) < first_cell + static_cast<std::int64_t>(i)) ++count;
    below[i] = static_cast<std::uint16_t>(count);
  }
  return below;
}();

/// The first bucket whose limit is above the finite value `v`.
std::size_t bucket_of(double v) {
  const double magnitude = std::abs(v);
  const std::int64_t cell = std::clamp(cell_of(magnitude), first_cell, last_cell) - first_cell;
  const std::size_t below = limits_below[static_cast<std::size_t>(cell)];
  const double limit = positive_limits[below];
  if (v < 0) return inner + 1 - below - (limit < magnitude ? 1 : 0);
  return inner + 2 + below + (limit <= magnitude ? 1 : 0);
}

template <class T>
Histogram histogram(std::span<const T> values) {
  std::array<std::uint64_t, buckets> counts{};
  Histogram h;
  h.min = infinity;
  h.max = -infinity;
  std::uint64_t count = 0;
  for (const double v : values) {
    if (!std::isfinite(v)) continue;
    h.min = v < h.min ? v : h.min;
    h.max = v > h.max ? v : h.max;
    ++count;
    h.sum += v;
    h.sum_squares += v * v;
    ++counts[bucket_of(v)];
  }
  if (count == 0) h.min = h.max = 0;
  h.count = static_cast<double>(count);
  for (std::size_t i = 0; i < buckets; ++i) {
    const bool empty_run = counts[i] == 0 && !h.counts.empty() && h.counts.back() == 0;
    if (empty_run) {
      h.limits.back() = limit_of(i);
    } else {
      h.limits.push_back(limit_of(i));
      h.counts.push_back(static_cast<double>(counts[i]));
    }
  }
  return h;
}

}  // namespace

Histogram histogram_of(std::span<const double> values) { return histogram(values); }
Histogram histogram_of(std::span<const float> values) { return histogram(values); }

}  // namespace tapegrad::summary
