// Words and tables about a trained model; no training here.
#include "report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <numeric>
#include <stdexcept>

namespace tg = tapegrad;

namespace {

std::string quoted(const std::string& cell) {
  std::string result = "\"";
  for (const char c : cell) {
    if (c == '"') result += '"';
    result += c;
  }
  return result + '"';
}

}  // namespace

double Confusion::accuracy() const {
  if (rows() == 0) return std::numeric_limits<double>::quiet_NaN();
  return static_cast<double>(count[0][0] + count[1][1]) / static_cast<double>(rows());
}

Confusion confusion_of(LogisticRegression& model, const Dataset& data) {
  const tg::NoGrad no_grad;
  const auto logits = model.forward(data.x).to_vector<double>();
  const auto truth = data.y.to_vector<double>();
  Confusion confusion;
  for (std::size_t row = 0; row < truth.size(); ++row) {
    ++confusion.count[truth[row] == 1 ? 1 : 0][logits[row] > 0 ? 1 : 0];
  }
  return confusion;
}

void print_confusion(const Confusion& confusion, const Dataset& data, std::string_view part) {
  const auto& [first, second] = data.labels;
  const std::size_t width = 6 + std::max(first.size(), second.size());
  const auto row = [&](const std::string& title, const auto& a, const auto& b) {
    fmt::print("  {:<{}} {:>{}} {:>{}}\n", title, width, a, width, b, width);
  };
  fmt::print("\nConfusion matrix of the {} rows:\n", part);
  row("", "says " + first, "says " + second);
  row("is " + first, confusion.count[0][0], confusion.count[0][1]);
  row("is " + second, confusion.count[1][0], confusion.count[1][1]);
}

void print_largest(const LogisticRegression& model, const Dataset& data, std::int64_t count) {
  const auto weights = model.linear.weight.to_vector<double>();
  std::vector<std::size_t> order(weights.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::abs(weights[a]) > std::abs(weights[b]);
  });
  order.resize(std::min(order.size(), static_cast<std::size_t>(count)));
  fmt::print("\nLargest of {} coefficients (above 0 speaks for {}, below 0 for {}):\n",
             weights.size(), data.labels[1], data.labels[0]);
  for (const std::size_t feature : order) {
    fmt::print("  {:>9.4f}  {}\n", weights[feature], data.features[feature]);
  }
}

void write_coefficients(const LogisticRegression& model, const Dataset& data,
                        const std::string& file) {
  const auto weights = model.linear.weight.to_vector<double>();
  std::ofstream stream(file);
  stream << "name,coefficient\n";
  for (std::size_t feature = 0; feature < weights.size(); ++feature) {
    stream << fmt::format("{},{}\n", quoted(data.features[feature]), weights[feature]);
  }
  stream << fmt::format("(intercept),{}\n", model.linear.bias.item<double>()) << std::flush;
  if (!stream) throw std::runtime_error(fmt::format("{}: cannot write the coefficients", file));
}
