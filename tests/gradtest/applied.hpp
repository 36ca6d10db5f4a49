// Derivatives as they are met in applications, each right and with a mistake: physics, statistics,
// finance, robotics, special functions, splines, integrators. The engine's thresholds were chosen
// before these were written, and without them.
#pragma once

#include <cmath>
#include <functional>
#include <span>
#include <vector>

namespace tapegrad::test {

struct Applied {
  using View = std::span<const double>;
  using Out = std::span<double>;

  const char* field;
  const char* name;
  std::function<double(View)> f;
  std::function<void(View, Out)> right, wrong;
  std::vector<double> x;
};

std::vector<Applied> physics();
std::vector<Applied> statistics_and_finance();
std::vector<Applied> geometry();
std::vector<Applied> special_functions();
std::vector<Applied> numerical_methods();

}  // namespace tapegrad::test
