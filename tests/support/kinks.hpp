// Kinks: points where a function has no derivative, or none that its formula gives, and what its
// documentation says the derivative is there.
#pragma once

#include <array>
#include <functional>
#include <string_view>
#include <vector>

#include "tapegrad/tensor.hpp"

namespace tapegrad::test {

using Numbers = std::vector<double>;

struct Kink {
  /// The function whose documentation speaks of a kink.
  std::string_view name;
  std::function<Tensor(const Tensor&)> f;
  /// The elements of x.
  Numbers at;
  /// d sum(f(x)) / dx, the derivative of the sum of this, and that of the sum of that.
  std::array<Numbers, 3> derivatives;
};

/// A kink whose derivatives of all orders but the first are 0.
Kink kink(std::string_view name, std::function<Tensor(const Tensor&)> f, Numbers at, Numbers first);
Kink kink(std::string_view name, std::function<Tensor(const Tensor&)> f, Numbers at, Numbers first,
          Numbers second, Numbers third);

/// Each in float32 and float64, the first order recorded and not. Call it within a TEST_CASE.
void check_kinks(const std::vector<Kink>& kinks);

}  // namespace tapegrad::test
