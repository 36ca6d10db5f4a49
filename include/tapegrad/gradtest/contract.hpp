// What functions must keep before their numbers are compared: the same value at the same point, a
// derivative that is written wholly, by no more than x.
#pragma once

#include <cmath>
#include <cstddef>
#include <string>
#include <utility>

#include "tapegrad/gradtest/nearby.hpp"
#include "tapegrad/gradtest/places.hpp"
#include "tapegrad/gradtest/report.hpp"
#include "tapegrad/gradtest/text.hpp"

namespace tapegrad::gradtest::detail {

inline void find(Report& report, Verdict verdict, std::string finding) {
  report.findings.push_back(std::move(finding));
  if (report.verdict != Verdict::wrong) report.verdict = verdict;
}

inline std::string without_value() {
  return said("f throws at x, or has no value there: choose another x");
}
inline std::string without_derivative() { return said("the derivative throws at x, or is empty"); }

class Contract {
 public:
  Contract(Problem& problem, Places& places, Report& report)
      : problem_(problem), places_(places), report_(report) {}

  /// f has values, and the same ones when it is asked again.
  bool is_measurable() {
    values_ = value(problem_.x);
    places_.outputs = values_.size();
    if (values_.empty()) {
      find(report_, Verdict::inconclusive, without_value());
      return false;
    }
    for (std::size_t o = 0; o < values_.size() && report_.findings.empty(); ++o) {
      if (std::isfinite(values_[o])) continue;
      report_.findings.push_back(
          said("%s is %s at x", places_.output(o).c_str(), shown(values_[o]).text));
    }
    return repeats(1);
  }

  /// Whether f gives what it gave at x so many times more; said if it doesn't.
  bool repeats(int times) {
    bool same_values = true;
    for (int k = 0; k < times && same_values; ++k) same_values = is_as_before(value(problem_.x));
    return same_values;
  }

  /// The derivative at x, after it was seen to be written wholly, by no more than x, each time.
  Values derivative(const Values& other) {
    const Values first = derivative_after_value(NAN);
    const std::size_t size = places_.outputs * problem_.x.size();
    if (first.size() != size) {
      find(report_, Verdict::wrong,
           first.empty() ? without_derivative()
                         : said("the derivative has %zu elements; %zu x %zu are expected",
                                first.size(), places_.outputs, problem_.x.size()));
      return first;
    }
    const Values second = derivative_after_value(poison);
    if (problem_.changed_x) find(report_, Verdict::wrong, "the derivative changes x");
    for (const double v : first) largest_ = std::fmax(largest_, std::fabs(v));
    check_written(first, second);
    if (report_.verdict == Verdict::ok) check_memory(first, other);
    return first;
  }

  /// Products with a vector are linear in it: the opposite vector gives the opposite product.
  void check_sign(const Values& before, const Options& options) {
    value(problem_.x);
    const Values after = problem_.opposite();
    if (after.size() != before.size()) return;
    for (std::size_t i = 0; i < before.size(); ++i) {
      const double size = std::fmax(std::fabs(before[i]), std::fabs(after[i]));
      const double allowed = 2 * options.tolerance * size + 1e-9 * largest_;
      if (std::fabs(before[i] + after[i]) <= allowed) continue;
      find(report_, Verdict::wrong,
           said("the product isn't linear: with the opposite vector the derivative of %s is %s, "
                "with this one %s",
                place_of(i).c_str(), shown(after[i], 6).text, shown(before[i], 6).text));
      return;
    }
  }

 private:
  static constexpr double poison = 8192;

  Values value(const Values& x) {
    ++report_.evaluations;
    return problem_.value(x);
  }

  bool is_as_before(const Values& again) {
    for (std::size_t o = 0; o < values_.size(); ++o) {
      if (o < again.size() && same(values_[o], again[o])) continue;
      const double second = o < again.size() ? again[o] : static_cast<double>(NAN);
      const double first = values_[o];
      if (std::fabs(first - second) <= 1e-3 * std::fabs(first)) continue;  // noise: measured later
      const int digits = digits_apart(first, second);
      find(report_, Verdict::inconclusive,
           said("%s gives %s, then %s at the same x: fix its randomness", places_.output(o).c_str(),
                shown(first, digits).text, shown(second, digits).text));
      return false;
    }
    return true;
  }

  /// As a caller would: the value first, for functions that remember it for their derivative.
  Values derivative_after_value(double filled) {
    const Values y = value(problem_.x);
    if (report_.verdict == Verdict::ok) is_as_before(y);
    return problem_.derivative(problem_.x, filled);
  }

  /// As sums in another order differ, for elements that are large or small beside the others.
  bool is_noise(double a, double b) const {
    return std::fabs(a - b) <= 1e-3 * std::fabs(a) + 4096 * problem_.precision * largest_;
  }

  bool is_same(const Values& a, const Values& b, std::size_t i) const {
    return i < a.size() && i < b.size() && (same(a[i], b[i]) || is_noise(a[i], b[i]));
  }

  /// Written into NaN and into numbers it must be the same.
  void check_written(const Values& first, const Values& second) {
    std::size_t at = first.size(), more = 0;
    for (std::size_t i = 0; i < first.size(); ++i) {
      if (is_same(first, second, i)) continue;
      if (at < first.size()) {
        ++more;
      } else {
        at = i;
      }
    }
    if (at == first.size()) return;
    find(report_, Verdict::wrong,
         reproach(at, more, first[at], at < second.size() ? second[at] : NAN));
  }

  std::string reproach(std::size_t i, std::size_t more, double first, double second) const {
    std::string where = place_of(i);
    if (more > 0) where += said(", and %zu more,", more);
    if (std::isnan(first) && second == poison)
      return said("the derivative of %s isn't written", where.c_str());
    if (std::isnan(first)) {
      return said("the derivative of %s is added to what the result held before", where.c_str());
    }
    const int digits = digits_apart(first, second);
    return said("the derivative of %s gives %s, then %s at the same x", where.c_str(),
                shown(first, digits).text, shown(second, digits).text);
  }

  /// "f[1] by x[2]".
  std::string place_of(std::size_t i) const {
    const std::size_t n = problem_.x.size();
    return said("%s by %s", places_.output(i / n).c_str(), places_.input(i % n).c_str());
  }

  /// A derivative that takes what f was called with last for its x is no mistake in a program that
  /// calls both in turn; said, because it may not be meant. It does so again after such a call.
  void note_use_of_value(const Values& before, const Values& other) {
    const Values now = problem_.derivative(problem_.x, NAN);
    for (std::size_t i = 0; i < before.size(); ++i) {
      if (is_same(before, now, i)) continue;
      value(other);
      const Values again = problem_.derivative(problem_.x, NAN);
      if (!is_same(again, now, i)) {
        find(report_, Verdict::wrong, reproach(i, 0, before[i], i < now.size() ? now[i] : NAN));
      } else {
        report_.findings.push_back(
            said("the derivative uses what f left: that of %s at x changes after f was called at "
                 "another point",
                 place_of(i).c_str()));
      }
      return;
    }
  }

  /// Another point in between must make no difference.
  void check_memory(const Values& before, const Values& other) {
    value(other);
    note_use_of_value(before, other);
    problem_.derivative(other, NAN);
    const Values after = derivative_after_value(NAN);
    for (std::size_t i = 0; i < before.size(); ++i) {
      if (is_same(before, after, i)) continue;
      find(report_, Verdict::wrong,
           said("the derivative at x depends on what was called before: %s changes after a call at "
                "another point",
                place_of(i).c_str()));
      return;
    }
  }

  Problem& problem_;
  Places& places_;
  Report& report_;
  Values values_;
  /// The largest element of the derivative at x.
  double largest_ = 0;
};

}  // namespace tapegrad::gradtest::detail
