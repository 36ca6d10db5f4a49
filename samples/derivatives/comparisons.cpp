// The one place that decides when two derivatives agree.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <tapegrad/tapegrad.hpp>

#include "tour.hpp"

namespace tg = tapegrad;

void Comparisons::note(double difference) {
  if (std::isnan(difference)) difference = std::numeric_limits<double>::infinity();
  largest_ = std::max(largest_, difference);
}

void Comparisons::compare(std::string_view name, double exact, double found, std::string_view how) {
  note(std::abs(exact - found) / std::max(1.0, std::abs(exact)));
  fmt::print("  {:<6} {:>12.8f} by hand {:>12.8f} by {}\n", name, exact, found, how);
}

void Comparisons::compare(std::string_view name, const tg::Tensor& exact, const tg::Tensor& found,
                          std::string_view how) {
  const tg::Tensor difference =
      tg::abs(exact - found) / tg::maximum(tg::ones_like(exact), tg::abs(exact));
  const auto worst = tg::max(difference).item<double>();
  note(worst);
  fmt::print("  {:<4} {} numbers, at most {:.2g} away from {}\n", name, exact.numel(), worst, how);
}
