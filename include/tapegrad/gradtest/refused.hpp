// Options that can't be meant, in words.
#pragma once

#include <cmath>
#include <cstddef>
#include <string>

#include "tapegrad/gradtest/nearby.hpp"
#include "tapegrad/gradtest/options.hpp"
#include "tapegrad/gradtest/places.hpp"
#include "tapegrad/gradtest/text.hpp"

namespace tapegrad::gradtest::detail {

inline std::string refused_domain(const Values& x, const Options& options, const Places& places) {
  const std::size_t count = options.lowest.size();
  if (count != options.highest.size() || (count > 1 && count != x.size()))
    return said("the domain has ends for %zu of %zu inputs", count, x.size());
  for (std::size_t i = 0; i < x.size() && count > 0; ++i) {
    const double low = limit_of(options.lowest, i), high = limit_of(options.highest, i);
    if (!(low <= high)) {
      return said("the domain of %s goes from %s to %s", places.input(i).c_str(), shown(low).text,
                  shown(high).text);
    }
    if (!(x[i] < low || x[i] > high)) continue;
    return said("%s = %s lies outside of its domain, from %s to %s", places.input(i).c_str(),
                shown(x[i]).text, shown(low).text, shown(high).text);
  }
  return {};
}

/// Why a check can't be as it was asked for; empty where it can.
inline std::string refused(const Values& x, const Options& options, const Places& places) {
  if (x.empty()) return said("x has no elements");
  if (!(options.tolerance >= 0 && std::isfinite(options.tolerance)))
    return said("the tolerance is %s", shown(options.tolerance).text);
  if (options.points < 0 || options.directions < 0)
    return said("%d points and %d directions: neither may be negative", options.points,
                options.directions);
  if (options.names.size() > x.size())
    return said("%zu names for %zu inputs", options.names.size(), x.size());
  return refused_domain(x, options, places);
}

}  // namespace tapegrad::gradtest::detail
