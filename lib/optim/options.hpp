// What options of several optimizers must be.
#pragma once

#include <string_view>

namespace tapegrad::optim {

/// Throws Error in the optimizer's name for infinity and NaN.
void check_finite(std::string_view optimizer, std::string_view option, double value);
/// The same, and for a number below 0.
void check_not_negative(std::string_view optimizer, std::string_view option, double value);

}  // namespace tapegrad::optim
