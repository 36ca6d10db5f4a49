#include "tapegrad/optim/curves.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/check.hpp"
#include "optim/options.hpp"

namespace tapegrad::optim {
namespace {

double power(double x, std::int64_t n) { return std::pow(x, static_cast<double>(n)); }

double part(std::int64_t t, std::int64_t whole) {
  return static_cast<double>(t) / static_cast<double>(whole);
}

void check_positive(std::string_view curve, std::string_view option, std::int64_t value) {
  check<Error>(value >= 1, "{}: {} is {}; it is at least 1", curve, option, value);
}

void check_factor(std::string_view curve, std::string_view option, double value) {
  check<Error>(value >= 0 && value <= 1, "{}: {} is {}; it lies in [0, 1]", curve, option, value);
}

double cosine(double base, double least, double part) {
  return least + (base - least) * (1 + std::cos(std::numbers::pi * part)) / 2;
}

}  // namespace

void StepLR::validate() const {
  check_positive("StepLR", "step_size", step_size);
  check_not_negative("StepLR", "gamma", gamma);
}
Rate StepLR::at(double base, std::int64_t t, std::size_t) const {
  return {base * power(gamma, t / step_size)};
}

void MultiStepLR::validate() const { check_not_negative("MultiStepLR", "gamma", gamma); }
Rate MultiStepLR::at(double base, std::int64_t t, std::size_t) const {
  return {base * power(gamma, std::ranges::count_if(milestones, [&](auto m) { return m <= t; }))};
}

void ConstantLR::validate() const { check_factor("ConstantLR", "factor", factor); }
Rate ConstantLR::at(double base, std::int64_t t, std::size_t) const {
  return {t < total_iters ? base * factor : base};
}

void LinearLR::validate() const {
  check_factor("LinearLR", "start_factor", start_factor);
  check_factor("LinearLR", "end_factor", end_factor);
  check<Error>(start_factor > 0, "LinearLR: start_factor is {}; it is above 0", start_factor);
  check_positive("LinearLR", "total_iters", total_iters);
}
Rate LinearLR::at(double base, std::int64_t t, std::size_t) const {
  const double way = part(std::min(t, total_iters), total_iters);
  return {base * (start_factor + (end_factor - start_factor) * way)};
}

void ExponentialLR::validate() const { check_not_negative("ExponentialLR", "gamma", gamma); }
Rate ExponentialLR::at(double base, std::int64_t t, std::size_t) const {
  return {base * power(gamma, t)};
}

void PolynomialLR::validate() const {
  check_positive("PolynomialLR", "total_iters", total_iters);
  check_not_negative("PolynomialLR", "power", power);
}
Rate PolynomialLR::at(double base, std::int64_t t, std::size_t) const {
  return {base * std::pow(1 - part(std::min(t, total_iters), total_iters), power)};
}

void CosineAnnealingLR::validate() const {
  check_positive("CosineAnnealingLR", "T_max", T_max);
  check_not_negative("CosineAnnealingLR", "eta_min", eta_min);
}
Rate CosineAnnealingLR::at(double base, std::int64_t t, std::size_t) const {
  return {cosine(base, eta_min, part(t % (2 * T_max), T_max))};
}

void CosineAnnealingWarmRestarts::validate() const {
  check_positive("CosineAnnealingWarmRestarts", "T_0", T_0);
  check_positive("CosineAnnealingWarmRestarts", "T_mult", T_mult);
  check_not_negative("CosineAnnealingWarmRestarts", "eta_min", eta_min);
}
Rate CosineAnnealingWarmRestarts::at(double base, std::int64_t t, std::size_t) const {
  auto length = static_cast<double>(T_0);
  auto rest = static_cast<double>(T_mult == 1 ? t % T_0 : t);
  while (rest >= length) {
    rest -= length;
    length *= static_cast<double>(T_mult);
  }
  return {cosine(base, eta_min, rest / length)};
}

void LambdaLR::validate() const {
  check<Error>(!functions.empty(), "LambdaLR: 0 functions; it needs one, or one for each group");
  for (std::size_t i = 0; i < functions.size(); ++i) {
    check<Error>(functions[i] != nullptr, "LambdaLR: function {} of {} is empty", i,
                 functions.size());
  }
}
Rate LambdaLR::at(double base, std::int64_t t, std::size_t group) const {
  check<IndexError>(functions.size() == 1 || group < functions.size(),
                    "LambdaLR: {} functions, and none for group {}", functions.size(), group);
  return {base * functions[functions.size() == 1 ? 0 : group](t)};
}

void ChainedScheduler::validate() const {
  check<Error>(!schedulers.empty(), "ChainedScheduler: 0 curves; it needs one or more");
}
Rate ChainedScheduler::at(double base, std::int64_t t, std::size_t group) const {
  Rate rate{base};
  for (const Curve& curve : schedulers) {
    const Rate next = curve.at(rate.lr, t, group);
    rate.lr = next.lr;
    if (next.momentum) rate.momentum = next.momentum;
  }
  return rate;
}

void SequentialLR::validate() const {
  check<Error>(!schedulers.empty() && schedulers.size() == milestones.size() + 1,
               "SequentialLR: {} curves and {} milestones; there is one milestone less",
               schedulers.size(), milestones.size());
  for (std::size_t i = 0; i < milestones.size(); ++i) {
    const std::int64_t before = i == 0 ? 0 : milestones[i - 1];
    check<Error>(milestones[i] > before,
                 "SequentialLR: milestone {} is {} and follows {}; they increase", i, milestones[i],
                 before);
  }
}
Rate SequentialLR::at(double base, std::int64_t t, std::size_t group) const {
  const auto next = std::ranges::upper_bound(milestones, t);
  const std::int64_t begin = next == milestones.begin() ? 0 : *std::prev(next);
  const auto place = static_cast<std::size_t>(next - milestones.begin());
  return schedulers[place].at(base, t - begin, group);
}

}  // namespace tapegrad::optim
