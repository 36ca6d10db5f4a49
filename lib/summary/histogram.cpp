#include "summary/histogram.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tapegrad::summary {
namespace {

/// -DBL_MAX, ..., -1e-12, 0, 1e-12, 1.1e-12, ..., DBL_MAX.
std::vector<double> make_limits() {
  std::vector<double> positive;
  for (double limit = 1e-12; limit < 1e20; limit *= 1.1) positive.push_back(limit);
  positive.push_back(std::numeric_limits<double>::max());
  std::vector<double> limits;
  for (std::size_t i = positive.size(); i-- > 0;) limits.push_back(-positive[i]);
  limits.push_back(0);
  limits.insert(limits.end(), positive.begin(), positive.end());
  return limits;
}

}  // namespace

Histogram histogram_of(std::span<const double> values) {
  static const std::vector<double> limits = make_limits();
  std::vector<double> counts(limits.size(), 0.0);
  Histogram h;
  for (const double v : values) {
    if (!std::isfinite(v)) continue;
    h.min = h.count == 0 ? v : std::min(h.min, v);
    h.max = h.count == 0 ? v : std::max(h.max, v);
    h.count += 1;
    h.sum += v;
    h.sum_squares += v * v;
    const auto above = std::upper_bound(limits.begin(), limits.end() - 1, v);
    counts[static_cast<std::size_t>(above - limits.begin())] += 1;
  }
  for (std::size_t i = 0; i < limits.size(); ++i) {
    const bool empty_run = counts[i] == 0 && !h.counts.empty() && h.counts.back() == 0;
    if (empty_run) {
      h.limits.back() = limits[i];
    } else {
      h.limits.push_back(limits[i]);
      h.counts.push_back(counts[i]);
    }
  }
  return h;
}

}  // namespace tapegrad::summary
