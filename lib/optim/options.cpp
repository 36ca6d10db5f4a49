#include "optim/options.hpp"

#include <cmath>
#include <optional>

#include "core/check.hpp"

namespace tapegrad::optim {

void check_finite(std::string_view optimizer, std::string_view option, double value) {
  check<Error>(std::isfinite(value), "{}: {} is {}; it must be a finite number", optimizer, option,
               value);
}

void check_not_negative(std::string_view optimizer, std::string_view option, double value) {
  check_finite(optimizer, option, value);
  check<Error>(value >= 0, "{}: {} is {}; it can't be negative", optimizer, option, value);
}

void check_betas(std::string_view optimizer, const std::array<double, 2>& betas) {
  for (const double beta : betas) {
    check<Error>(beta >= 0 && beta < 1, "{}: betas are {} and {}; they lie in [0, 1)", optimizer,
                 betas[0], betas[1]);
  }
}

std::string refused_decay(double weight_decay) {
  if (weight_decay == 0) return {};
  return fmt::format(
      "weight_decay is {}, which changes every row; give this parameter a group "
      "without, or use an embedding without `sparse`",
      weight_decay);
}

namespace {

/// Finds an option by its name, and gives it a value.
class OptionSetter final : public OptionVisitor {
 public:
  OptionSetter(std::string_view option, std::optional<double> value)
      : option_(option), value_(value) {}
  void operator()(std::string_view name, double& value) override {
    if (name != option_) return;
    found_ = true;
    if (value_) value = *value_;
  }
  void operator()(std::string_view, bool&) override {}
  void operator()(std::string_view, std::int64_t&) override {}
  bool found() const { return found_; }

 private:
  std::string_view option_;
  std::optional<double> value_;
  bool found_ = false;
};

}  // namespace

bool Optimizer::has_option(std::string_view option) const {
  check_not_moved_from();
  OptionSetter finder(option, {});
  visit_copy(0, finder);
  return finder.found();
}

void Optimizer::set_option(std::string_view option, double value, std::size_t group) {
  check_group(group);
  check_not_captured("set_option");
  OptionSetter setter(option, value);
  visit_copy(group, setter);  // throws for what it refuses
  check<Error>(setter.found(), "{}: it has no option \"{}\" that is a number", kind(), option);
  visit_options(group, setter);
}

}  // namespace tapegrad::optim
