// What an operation of a trace costs.
#pragma once

#include <cstdint>
#include <vector>

#include "tapegrad/graph.hpp"

namespace tapegrad::nn {

/// The products that are added up in `record`, one of `all`; 0 for what has none. See summary().
std::int64_t multiply_adds(const TapeRecord& record, const std::vector<TapeRecord>& all);

}  // namespace tapegrad::nn
