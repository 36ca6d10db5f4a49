// A list of operations as TensorFlow's GraphDef, in an event.
#pragma once

#include <string>
#include <vector>

#include "summary/events.hpp"
#include "tapegrad/graph.hpp"

namespace tapegrad::summary {

/// Throws Error unless names are unique and inputs are places in the list.
std::string graph_event(const Stamp& stamp, const std::vector<TapeRecord>& records);

}  // namespace tapegrad::summary
