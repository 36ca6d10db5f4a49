// The paths of tools/make_optimizer_reference.py: what x and y are after each of eight steps, by the
// name of the options.
#pragma once

#include <array>
#include <map>
#include <string>

namespace tapegrad::test {

using Path = std::array<std::array<double, 4>, 8>;
using Paths = std::map<std::string, Path>;

}  // namespace tapegrad::test
