// Rows of features with one of two labels: read from a file, split, standardised. Training is in
// fit.hpp.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <tapegrad/tensor.hpp>
#include <vector>

struct Dataset {
  std::vector<std::string> features;  ///< names of the columns of x
  std::array<std::string, 2> labels;  ///< what y counts as 0 and as 1
  tapegrad::Tensor x;                 ///< [rows, features], float64
  tapegrad::Tensor y;                 ///< [rows, 1], float64, zeros and ones
};

/// Reads the file with `target` as the label and every other column as a feature. The target holds
/// 0 and 1 or two labels of any kind: the larger number, or the label later in the alphabet, counts
/// as 1. Throws IoError.
Dataset read_dataset(const std::string& file, const std::string& target);

struct Split {
  Dataset train;
  Dataset test;
  /// What standardise() took off every feature, and divided it by: [1, features].
  tapegrad::Tensor origin = {};
  tapegrad::Tensor unit = {};
};

/// Holds out `test_fraction` of the rows of each label (rounded, and never all of them), chosen by
/// the default random generator.
Split stratified_split(const Dataset& all, double test_fraction);

/// Brings every feature to mean 0 and standard deviation 1 (of the population, not the sample) over
/// the training part; the test part gets the same shift and scale. A constant feature becomes 0.
/// Throws std::runtime_error for a feature whose deviation double cannot hold.
void standardise(Split& split);
