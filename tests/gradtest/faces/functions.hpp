// What the faces check: a right and a wrong gradient of x0² x1.
#pragma once

#include <span>
#include <vector>

inline double volume(std::span<const double> x) { return x[0] * x[0] * x[1]; }

inline void volume_gradient(std::span<const double> x, std::span<double> g) {
  g[0] = 2 * x[0] * x[1];
  g[1] = x[0] * x[0];
}

inline void opposite_gradient(std::span<const double> x, std::span<double> g) {
  g[0] = -2 * x[0] * x[1];
  g[1] = -x[0] * x[0];
}

inline const std::vector<double> box{3, 2};
