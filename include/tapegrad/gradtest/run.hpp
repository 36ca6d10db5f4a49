// A check from beginning to end: whether the functions keep their contract, cells at the point,
// directions at points near it, the verdict.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "tapegrad/gradtest/compare.hpp"
#include "tapegrad/gradtest/diagnosis.hpp"

namespace tapegrad::gradtest::detail {

/// Numbers in [-1, 1), the same for a seed everywhere: SplitMix64, whose constants are those of
/// Steele, Lea & Flood (2014), "Fast splittable pseudorandom number generators".
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  double next() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    z ^= z >> 31;
    return static_cast<double>(static_cast<std::int64_t>(z >> 11)) * 0x1p-52 - 1;
  }

 private:
  std::uint64_t state_;
};

/// A random part of `size` with so few bits that steps of powers of two along it, from a number of
/// this size on, lead to numbers that can be represented.
inline double random_step(Random& random, double size) {
  const double part = std::round(64 * random.next());
  return (part == 0 ? 64 : part) * 0x1p-6 * power_of_two(size);
}

inline std::string misses_nearby(std::uint64_t seed, int point) {
  return said("right at x, wrong at points near it (seed %llu, point %d)",
              static_cast<unsigned long long>(seed), point);
}

class Check {
 public:
  Check(Problem& problem, const Options& options)
      : problem_(problem), options_(options), tally_(options, report_), random_(options.seed) {}

  Report run() {
    report_.accepts_inconclusive = options_.accept_inconclusive;
    if (is_measurable()) compare(contract());
    return std::move(report_);
  }

 private:
  void compare(const Values& derivative) {
    if (report_.verdict == Verdict::wrong) return;
    if (options_.directions > 0) {
      along_directions(problem_.x, derivative, options_.directions, "at x", tally_);
      if (report_.wrong > 0) locate(derivative);
    } else {
      each_input(derivative);
    }
    if (report_.wrong == 0) nearby();
    conclude();
  }

  std::size_t inputs() const { return problem_.x.size(); }

  void find(Verdict verdict, std::string finding) {
    report_.findings.push_back(std::move(finding));
    if (report_.verdict != Verdict::wrong) report_.verdict = verdict;
  }

  /// "x[2]", or what the caller calls it.
  std::string input_name(std::size_t i) const {
    if (i < options_.names.size()) return options_.names[i];
    std::string name = problem_.input_name(i);
    if (!name.empty()) return name;
    return inputs() == 1 ? said("x") : said("x[%zu]", i);
  }
  std::string output_name(std::size_t o) const {
    std::string name = problem_.output_name(o);
    if (!name.empty()) return name;
    return outputs_ == 1 ? said("f") : said("f[%zu]", o);
  }

  Values value(const Values& x) {
    ++report_.evaluations;
    return problem_.value(x);
  }

  /// f has values, and the same ones when it is asked again.
  bool is_measurable() {
    const Values y = value(problem_.x);
    outputs_ = y.size();
    if (y.empty()) {
      find(Verdict::inconclusive, "f throws at x, or has no value there");
      return false;
    }
    const Values again = value(problem_.x);
    for (std::size_t o = 0; o < y.size(); ++o) {
      if (o < again.size() && same(y[o], again[o])) continue;
      const double second = o < again.size() ? again[o] : static_cast<double>(NAN);
      if (std::fabs(y[o] - second) <= 1e-3 * std::fabs(y[o])) continue;  // noise: measured later
      find(Verdict::inconclusive,
           said("%s gives %s, then %s at the same x: fix its randomness", output_name(o).c_str(),
                shown(y[o]).text, shown(second).text));
      return false;
    }
    return true;
  }

  /// The derivative at x, after it was seen to be written wholly, by no more than x, each time.
  Values contract() {
    const Values first = derivative_after_value(NAN);
    if (first.size() != outputs_ * inputs()) {
      find(Verdict::wrong, first.empty() ? said("the derivative throws at x, or is empty")
                                         : said("the derivative has %zu elements; %zu x %zu are "
                                                "expected",
                                                first.size(), outputs_, inputs()));
      return first;
    }
    constexpr double poison = 8192;
    const Values second = derivative_after_value(poison);
    if (problem_.changed_x) find(Verdict::wrong, "the derivative changes x");
    largest_ = 0;
    for (const double v : first) largest_ = std::fmax(largest_, std::fabs(v));
    for (std::size_t i = 0; i < first.size(); ++i) {
      if (same(first[i], second[i]) || is_noise(first[i], second[i])) continue;
      find(Verdict::wrong, reproach(i, first[i], second[i], poison));
      return first;
    }
    check_memory(first);
    return first;
  }

  /// As sums in another order differ, for elements that are large or small beside the others.
  bool is_noise(double a, double b) const {
    return std::fabs(a - b) <= 1e-3 * std::fabs(a) + 4096 * problem_.precision * largest_;
  }

  std::string reproach(std::size_t i, double first, double second, double poison) const {
    const std::string where = place_of(i);
    if (std::isnan(first) && second == poison)
      return said("the derivative of %s isn't written", where.c_str());
    if (std::isnan(first)) {
      return said("the derivative of %s is added to what the result held before", where.c_str());
    }
    return said("the derivative of %s gives %s, then %s at the same x", where.c_str(),
                shown(first).text, shown(second).text);
  }

  /// "f[1] by x[2]".
  std::string place_of(std::size_t i) const {
    return said("%s by %s", output_name(i / inputs()).c_str(), input_name(i % inputs()).c_str());
  }

  /// As a caller would: the value first, for functions that remember it for their derivative.
  Values derivative_after_value(double filled) {
    value(problem_.x);
    return problem_.derivative(problem_.x, filled);
  }

  /// Another point in between must make no difference.
  void check_memory(const Values& before) {
    const Values other = near(problem_.x);
    value(other);
    problem_.derivative(other, NAN);
    const Values after = derivative_after_value(NAN);
    for (std::size_t i = 0; i < before.size(); ++i) {
      if (i < after.size() && (same(before[i], after[i]) || is_noise(before[i], after[i])))
        continue;
      find(Verdict::wrong,
           said("the derivative at x depends on what was called before: %s changes after a call at "
                "another point",
                place_of(i).c_str()));
      return;
    }
  }

  void each_input(const Values& derivative) {
    Tables tables{.rows = outputs_,
                  .columns = inputs(),
                  .given = derivative,
                  .numeric = Values(derivative.size(), static_cast<double>(NAN)),
                  .error = Values(derivative.size(), 0.0),
                  .x = problem_.x};
    for (std::size_t i = 0; i < inputs(); ++i) {
      Values direction(inputs(), 0.0);
      direction[i] = 1;
      LineOf line(problem_, problem_.x, direction, outputs_, report_.evaluations);
      const Row<Slope> slopes = measure(line, scale_of(problem_, problem_.x, direction, options_));
      for (std::size_t o = 0; o < outputs_; ++o) {
        const std::size_t at = o * inputs() + i;
        Cell cell{.name = said("d %s / d %s", output_name(o).c_str(), input_name(i).c_str()),
                  .output = o,
                  .input = i,
                  .given = derivative[at],
                  .numeric = slopes[o]};
        if (slopes[o].behaviour == Behaviour::smooth || slopes[o].behaviour == Behaviour::edge)
          tables.numeric[at] = slopes[o].value;
        tables.error[at] = slopes[o].error;
        tally_.add(std::move(cell));
      }
      if (line.undefined_at != 0) note_undefined(i, line.undefined_at);
    }
    if (report_.wrong > 0) report_.diagnosis = diagnose(tables);
  }

  /// Said where it is why a slope isn't known.
  void note_undefined(std::size_t i, double t) {
    if (report_.inconclusive == 0 || undefined_noted_) return;
    undefined_noted_ = true;
    report_.findings.push_back(said("f isn't finite at %s = %s: set a domain",
                                    input_name(i).c_str(), shown(problem_.x[i] + t).text));
  }

  void along_directions(const Values& x, const Values& derivative, int count, const char* where,
                        Tally& tally) {
    for (int k = 0; k < count; ++k) {
      Values direction(inputs());
      for (std::size_t i = 0; i < inputs(); ++i) direction[i] = random_step(random_, size_at(x, i));
      compare_along(x, derivative, direction, tally, said(" along direction %d %s", k, where));
    }
  }

  /// The only input that a direction moves, by 1; their number where there is no such one.
  std::size_t input_of_unit(const Values& direction) const {
    std::size_t moved = inputs(), count = 0;
    for (std::size_t i = 0; i < inputs(); ++i) {
      if (direction[i] == 0) continue;
      moved = i;
      ++count;
    }
    return count == 1 && direction[moved] == 1 ? moved : inputs();
  }

  void compare_along(const Values& x, const Values& derivative, const Values& direction,
                     Tally& tally, const std::string& what) {
    LineOf line(problem_, x, direction, outputs_, report_.evaluations);
    LineScale scale = scale_of(problem_, x, direction, options_);
    if (input_of_unit(direction) == inputs()) scale.magnitude = 1;  // as long as x already
    const Row<Slope> slopes = measure(line, scale);
    for (std::size_t o = 0; o < outputs_; ++o) {
      double expected = 0;
      for (std::size_t i = 0; i < inputs(); ++i) {
        if (direction[i] != 0) expected += derivative[o * inputs() + i] * direction[i];
      }
      tally.add({.name = said("d %s%s", output_name(o).c_str(), what.c_str()),
                 .output = o,
                 .given = expected,
                 .numeric = slopes[o]});
    }
  }

  /// Looks for an element that is wrong, by halves, where some direction was.
  void locate(const Values& derivative) {
    std::size_t begin = 0, end = inputs();
    const auto is_wrong = [&](std::size_t from, std::size_t to) {
      Values direction(inputs(), 0.0);
      for (std::size_t i = from; i < to; ++i) {
        direction[i] = to - from == 1 ? 1 : random_step(random_, size_at(problem_.x, i));
      }
      Report part;
      Tally tally(options_, part);
      compare_along(problem_.x, derivative, direction, tally,
                    to - from == 1 ? said(" / d %s", input_name(from).c_str()) : std::string());
      if (part.wrong > 0 && to - from == 1) {
        part.worst[0].input = from;
        report_.worst.insert(0, part.worst[0]);
      }
      return part.wrong > 0;
    };
    while (end - begin > 1) {
      const std::size_t middle = begin + (end - begin) / 2;
      if (is_wrong(begin, middle)) {
        end = middle;
      } else {
        begin = middle;
      }
    }
    is_wrong(begin, end);
  }

  /// How far inputs are moved: their own size, or that of the others for a 0.
  double size_at(const Values& x, std::size_t i) const {
    if (x[i] != 0) return std::fabs(x[i]);
    double largest = 0;
    for (const double v : x) largest = std::fmax(largest, std::fabs(v));
    return largest > 0 ? std::fmin(largest, 1) : 1;
  }

  /// A point near x, within the domain.
  Values near(const Values& x) {
    Values moved = x;
    for (std::size_t i = 0; i < moved.size(); ++i) {
      moved[i] += 0.1 * random_.next() * size_at(x, i);
      if (options_.lowest.empty()) continue;
      const bool inside =
          moved[i] > limit_of(options_.lowest, i) && moved[i] < limit_of(options_.highest, i);
      if (!inside) moved[i] = x[i];
    }
    return moved;
  }

  /// A derivative that is right at x alone isn't right: it may hold where elements are equal, or 0.
  void nearby() {
    if (report_.kinks > 1 && 2 * report_.kinks > report_.cells) {
      find(Verdict::inconclusive, "most elements are kinks: choose another x");
      return;
    }
    if (report_.cells > 0 && report_.inconclusive == report_.cells) return;  // nothing is known
    Report around;  // what can't be told there says nothing of x
    Tally tally(options_, around);
    for (int p = 0; p < options_.points && around.wrong == 0; ++p) {
      const Values x = near(problem_.x);
      const Values y = value(x);
      const Values derivative = y.size() == outputs_ ? problem_.derivative(x, NAN) : Values();
      bool usable = derivative.size() == outputs_ * inputs();
      for (const double v : y) usable = usable && std::isfinite(v);
      if (!usable) continue;
      along_directions(x, derivative, 2, "at a point near x", tally);
      if (around.wrong > 0) {
        find(Verdict::wrong, misses_nearby(options_.seed, p));
      }
    }
    report_.cells += around.cells - around.inconclusive;
    report_.kinks += around.kinks;
    report_.wrong = around.wrong;
    if (around.wrong == 0) return;
    for (const Cell& cell : around.worst) {
      if (cell.verdict == Verdict::wrong) tally_.list(cell);
    }
  }

  void conclude() {
    if (report_.verdict == Verdict::wrong || report_.wrong > 0) {
      report_.verdict = Verdict::wrong;
    } else if (report_.inconclusive > 0) {
      report_.verdict = Verdict::inconclusive;
    }
  }

  Problem& problem_;
  const Options& options_;
  Report report_;
  Tally tally_;
  Random random_;
  std::size_t outputs_ = 0;
  /// The largest element of the derivative at x.
  double largest_ = 0;
  bool undefined_noted_ = false;
};

}  // namespace tapegrad::gradtest::detail
