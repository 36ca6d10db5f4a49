#include "optim/options.hpp"

#include <cmath>

#include "core/check.hpp"

namespace tapegrad::optim {

void check_finite(std::string_view optimizer, std::string_view option, double value) {
  check<Error>(std::isfinite(value), "{}: {} is {}; it must be a finite number", optimizer, option,
               value);
}

void check_not_negative(std::string_view optimizer, std::string_view option, double value) {
  check_finite(optimizer, option, value);
  check<Error>(value >= 0, "{}: {} is {}; it can't be negative", optimizer, option, value);
}

void check_betas(std::string_view optimizer, const std::array<double, 2>& betas) {
  for (const double beta : betas) {
    check<Error>(beta >= 0 && beta < 1, "{}: betas are {} and {}; they lie in [0, 1)", optimizer,
                 betas[0], betas[1]);
  }
}

}  // namespace tapegrad::optim
