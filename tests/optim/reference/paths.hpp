// What tools/make_optimizer_reference.py and tools/make_schedule_reference.py write.
#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

namespace tapegrad::test {

/// What x and y are after each of eight steps, by the name of the options.
using Path = std::array<std::array<double, 4>, 8>;
using Paths = std::map<std::string, Path>;

/// The rates of two groups, before the first step and after each, and the momentum if it changes.
using Rates = std::map<std::string, std::vector<std::vector<double>>>;

}  // namespace tapegrad::test
