// What options of several optimizers must be.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "tapegrad/optim/optimizer.hpp"

namespace tapegrad::optim {

/// Throws Error in the optimizer's name for infinity and NaN.
void check_finite(std::string_view optimizer, std::string_view option, double value);
/// The same, and for a number below 0.
void check_not_negative(std::string_view optimizer, std::string_view option, double value);
/// Why rules refuse gradients of rows with this decay, which pulls at every row; empty without.
std::string refused_decay(double weight_decay);
/// Throws Error unless both are in [0, 1).
void check_betas(std::string_view optimizer, const std::array<double, 2>& betas);

class NumberChecker final : public OptionVisitor {
 public:
  explicit NumberChecker(std::string_view optimizer) : optimizer_(optimizer) {}
  void operator()(std::string_view name, double& value) override {
    check_not_negative(optimizer_, name, value);
  }
  void operator()(std::string_view, bool&) override {}
  void operator()(std::string_view name, std::int64_t& value) override {
    check_not_negative(optimizer_, name, static_cast<double>(value));
  }

 private:
  std::string_view optimizer_;
};

/// Throws Error unless all numbers that visit() names are finite and not negative.
template <class Options>
void check_numbers(Options options) {
  NumberChecker checker(Options::name);
  options.visit(checker);
}

}  // namespace tapegrad::optim
