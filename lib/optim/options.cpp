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

}  // namespace tapegrad::optim
