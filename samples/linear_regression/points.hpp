// The points that linear_regression fits: drawn at random or read from a file.
#pragma once

#include <cstdint>
#include <string>
#include <tapegrad/nn/linear.hpp>

struct Line {
  double weight = 0;
  double bias = 0;
};

/// value = origin + unit * scaled.
struct Scale {
  double origin = 0;
  double unit = 1;
};

/// x and y are [points, 1] in float64 and scaled.
struct Points {
  tapegrad::Tensor x;
  tapegrad::Tensor y;
  Scale x_scale = {};
  Scale y_scale = {};

  /// The line through the scaled points as a line through the points in their own units.
  Line in_their_units(const tapegrad::nn::Linear& scaled) const;
};

/// x from the standard normal distribution, y = weight * x + bias + noise * normal; not scaled.
Points draw_points(std::int64_t count, double weight, double bias, double noise);

/// Both columns scaled to mean 0 and standard deviation 1, so that one learning rate suits all
/// units. Throws IoError unless the file has two columns of numbers and at least two rows, with
/// more than one value of x.
Points read_points(const std::string& file);
