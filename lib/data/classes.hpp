// Examples by their class.
#pragma once

#include <string_view>
#include <vector>

#include "tapegrad/data/dataset.hpp"

namespace tapegrad::data {

/// The examples of each class that occurs, in the order of the labels' values. Throws ShapeError,
/// DTypeError or Error in `operation`'s name for what isn't a list of integers with at least one.
std::vector<Indices> by_class(std::string_view operation, const Tensor& labels);

/// 0 to n - 1.
Indices first(std::int64_t n);

/// In random order.
void shuffle(Indices& indices, Generator& random);

}  // namespace tapegrad::data
