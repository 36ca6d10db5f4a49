// Points for the linear regression; how the line is found is in main.cpp.
#include "points.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <tapegrad/tapegrad.hpp>
#include <utility>
#include <vector>

namespace tg = tapegrad;

namespace {

bool all_equal(const std::vector<double>& values) {
  return std::adjacent_find(values.begin(), values.end(), std::not_equal_to<>()) == values.end();
}

Scale scale_of(const std::vector<double>& values) {
  const auto count = static_cast<double>(values.size());
  double mean = 0;
  for (const double value : values) mean += value / count;
  double variance = 0;
  for (const double value : values) variance += (value - mean) * (value - mean) / count;
  return {mean, all_equal(values) ? 1 : std::sqrt(variance)};
}

tg::Tensor scaled(std::vector<double> values, Scale scale) {
  for (double& value : values) value = (value - scale.origin) / scale.unit;
  const auto count = static_cast<std::int64_t>(values.size());
  return tg::Tensor::from_vector(std::move(values), {count, 1});
}

/// Under these names they stand in the graph.
Points named(Points points) {
  const tg::NameScope data("data");
  points.x.named("x");
  points.y.named("y");
  return points;
}

}  // namespace

Line Points::in_their_units(const tg::nn::Linear& scaled) const {
  const double slope = scaled.weight.item<double>() * y_scale.unit / x_scale.unit;
  const double bias = scaled.bias.item<double>();
  return {slope, y_scale.origin + y_scale.unit * bias - slope * x_scale.origin};
}

Points draw_points(std::int64_t count, double weight, double bias, double noise) {
  const tg::TensorOptions float64{.dtype = tg::float64};
  const tg::Tensor x = tg::randn({count, 1}, float64);
  tg::Tensor y = weight * x + bias;
  if (noise > 0) y += noise * tg::randn({count, 1}, float64);
  return named({x, y});
}

Points read_points(const std::string& file) {
  const tg::io::CsvTable table = tg::io::load_csv(file);
  if (table.columns() != 2) {
    table.fail(0, 0, fmt::format("{} columns; a line needs two, x and y", table.columns()));
  }
  const auto x = table.column(0).to_vector<double>();
  const auto y = table.column(1).to_vector<double>();
  if (all_equal(x)) {
    table.fail(0, 0, fmt::format("every x is {}; a line needs two different ones", x[0]));
  }
  const Scale x_scale = scale_of(x);
  const Scale y_scale = scale_of(y);
  if (!std::isnormal(x_scale.unit) || !std::isnormal(y_scale.unit)) {
    table.fail(0, 0, "the numbers are too far apart, or too close, for their deviation in double");
  }
  return named({scaled(x, x_scale), scaled(y, y_scale), x_scale, y_scale});
}
