// Counts of values in buckets whose limits grow by a tenth: TensorFlow's default histogram.
#pragma once

#include <span>
#include <vector>

namespace tapegrad::summary {

struct Histogram {
  double min = 0;
  double max = 0;
  double count = 0;
  double sum = 0;
  double sum_squares = 0;
  /// The upper limit of each bucket and how many values are in it; runs of empty buckets are one.
  std::vector<double> limits;
  std::vector<double> counts;
};

/// A bucket holds the values from the limit before it (included) to its own (not included).
/// Values that aren't finite are left out.
Histogram histogram_of(std::span<const double> values);
Histogram histogram_of(std::span<const float> values);

}  // namespace tapegrad::summary
