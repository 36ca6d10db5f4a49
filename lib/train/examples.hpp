// What measures read of their tensors: labels, numbers and weights, checked in the name of the
// measure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tapegrad/tensor.hpp"

namespace tapegrad::train {

/// The elements, row-major. Throws Error for NaN, and unless `infinite_too` for infinity.
std::vector<double> numbers_of(std::string_view metric, std::string_view what, const Tensor& x,
                               bool infinite_too = false);

/// Integers, or whole numbers of a floating type. Throws Error for fractions.
std::vector<std::int64_t> labels_of(std::string_view metric, std::string_view what,
                                    const Tensor& x);

/// One for each target; throws ShapeError, or Error for what is negative or not finite.
std::vector<double> weights_of(std::string_view metric, const Tensor& weights,
                               const Shape& targets);

/// Throws IndexError for a target that is none of the classes from 0 on.
void check_label(std::string_view metric, std::size_t i, std::size_t count, std::int64_t label,
                 std::int64_t classes);

/// Labels that were predicted and wanted, and how much each pair counts.
struct LabelPairs {
  std::vector<std::int64_t> predicted;
  std::vector<std::int64_t> wanted;
  std::vector<double> weights;
};
/// Throws ShapeError, and IndexError for a target that is none of the classes of scores.
LabelPairs label_pairs(std::string_view metric, const Tensor& predictions, const Tensor& targets,
                       const Tensor& weights, double threshold);

/// Throws Error unless something was weighed.
void check_seen(std::string_view metric, double weight);

}  // namespace tapegrad::train
