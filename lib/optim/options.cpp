#include "optim/options.hpp"

#include <cmath>
#include <optional>
#include <ostream>
#include <string>

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

/// Finds an option by its name, and gives it a value, or takes its own.
class OptionSetter final : public OptionVisitor {
 public:
  OptionSetter(std::string_view option, std::optional<double> value)
      : option_(option), value_(value) {}
  void operator()(std::string_view name, double& value) override {
    if (name != option_) return;
    found_ = true;
    if (value_) value = *value_;
    value_ = value;
  }
  void operator()(std::string_view, bool&) override {}
  void operator()(std::string_view, std::int64_t&) override {}
  bool found() const { return found_; }
  double value() const { return *value_; }

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

double Optimizer::option(std::string_view option, std::size_t group) const {
  check_group(group);
  OptionSetter finder(option, {});
  visit_copy(group, finder);
  check<Error>(finder.found(), "{}: it has no option \"{}\" that is a number", kind(), option);
  return finder.value();
}

std::vector<ParamGroup> Optimizer::param_groups() {
  std::vector<ParamGroup> groups;
  for (std::size_t i = 0; i < group_count(); ++i) groups.emplace_back(*this, i);
  return groups;
}

std::vector<Tensor> ParamGroup::parameters() const { return optimizer_->parameters(number_); }

ParamGroup::Option::operator double() const { return optimizer_.option(name_, group_); }

const ParamGroup::Option& ParamGroup::Option::operator=(double value) const {
  optimizer_.set_option(name_, value, group_);
  return *this;
}

namespace {

/// Writes a line for each.
class OptionLines final : public OptionVisitor {
 public:
  explicit OptionLines(std::ostream& out) : out_(out) {}
  void operator()(std::string_view name, double& value) override {
    line(name, fmt::format("{}", value));
  }
  void operator()(std::string_view name, bool& value) override {
    line(name, value ? "True" : "False");
  }
  void operator()(std::string_view name, std::int64_t& value) override {
    line(name, std::to_string(value));
  }

 private:
  void line(std::string_view name, std::string_view value) {
    out_ << "    " << name << ": " << value << '\n';
  }
  std::ostream& out_;
};

}  // namespace

std::ostream& operator<<(std::ostream& out, const Optimizer& optimizer) {
  out << optimizer.name() << " (";
  OptionLines options(out);
  for (std::size_t group = 0; group < optimizer.group_count(); ++group) {
    out << "\nParameter Group " << group << '\n';
    optimizer.visit_copy(group, options);
  }
  return out << ')';
}

}  // namespace tapegrad::optim
