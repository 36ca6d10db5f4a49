// Functions of many inputs: the sum of a function of each.
#pragma once

#include <functional>
#include <numeric>

#include "gradtest/functions.hpp"

namespace tapegrad::test {

struct Sum {
  const char* name;
  std::function<double(double)> of, slope;

  double operator()(const Vec& x) const {
    return std::accumulate(x.begin(), x.end(), 0.0,
                           [this](double sum, double v) { return sum + of(v); });
  }
  Vec gradient(const Vec& x) const {
    Vec g;
    for (const double v : x) g.push_back(slope(v));
    return g;
  }
};

}  // namespace tapegrad::test
