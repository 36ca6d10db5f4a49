// A check from beginning to end: the contract, cells at the point, directions at points near it,
// the verdict.
#pragma once

#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "tapegrad/gradtest/compare.hpp"
#include "tapegrad/gradtest/contract.hpp"
#include "tapegrad/gradtest/diagnosis.hpp"
#include "tapegrad/gradtest/engine.hpp"
#include "tapegrad/gradtest/lines.hpp"
#include "tapegrad/gradtest/nearby.hpp"
#include "tapegrad/gradtest/places.hpp"
#include "tapegrad/gradtest/refused.hpp"

namespace tapegrad::gradtest::detail {

class Check {
 public:
  Check(Problem& problem, const Options& options)
      : problem_(problem),
        options_(options),
        tally_(options, report_),
        random_(options.seed),
        places_(problem, options),
        contract_(problem, places_, report_),
        budget_(problem, options, places_, report_.evaluations),
        lines_(problem, options, places_, budget_, random_, report_.evaluations) {}

  Report run() {
    const std::string refusal = refused(problem_.x, options_, places_);
    if (!refusal.empty()) {
      find(report_, Verdict::inconclusive, refusal);
      return std::move(report_);
    }
    report_.accepts_inconclusive = options_.accept_inconclusive;
    if (contract_.is_measurable()) {
      undefined_noted_ = !report_.findings.empty();
      compare(contract_.derivative(near(problem_.x, options_, random_)));
    }
    return std::move(report_);
  }

 private:
  void compare(const Values& derivative) {
    if (report_.verdict != Verdict::ok) return;
    if (options_.directions > 0) {
      along_directions(problem_.x, derivative, options_.directions, "", report_, tally_);
      if (report_.wrong > 0) locate(derivative);
    } else {
      const Tables tables = each_input(problem_.x, derivative, report_, tally_);
      const std::size_t wrong = report_.wrong;
      if (rest_ < inputs()) rest_of_inputs(derivative);
      if (report_.wrong > wrong) {
        locate(derivative, rest_);
      } else if (wrong > 0) {
        report_.diagnosis = diagnose(tables);
      }
    }
    if (report_.wrong == 0) nearby(derivative);
    if (report_.wrong == 0 && report_.kinks == 0) contract_.check_sign(derivative, options_);
    // What looks like noise, or like nothing, may be chance.
    if (is_rough_ && report_.verdict == Verdict::ok && !contract_.repeats(16))
      return forget_cells();
    conclude();
  }

  std::size_t inputs() const { return problem_.x.size(); }
  std::size_t outputs() const { return places_.outputs; }

  Values value(const Values& x) {
    ++report_.evaluations;
    return problem_.value(x);
  }

  /// Of `columns` slopes of each output, none known yet.
  Tables tables_of(const Values& x, std::size_t columns) const {
    const std::size_t size = outputs() * columns;
    return {.rows = outputs(),
            .columns = columns,
            .given = Values(size, static_cast<double>(NAN)),
            .numeric = Values(size, static_cast<double>(NAN)),
            .error = Values(size, 0.0),
            .x = x,
            .inputs = inputs()};
  }

  static bool ends_at_x(Behaviour b) {
    return b == Behaviour::edge || b == Behaviour::undefined || b == Behaviour::unbounded;
  }

  static bool is_plain(const Slope& s) {
    return s.noise == 0 && (s.behaviour == Behaviour::smooth || s.behaviour == Behaviour::edge);
  }

  static void enter(Tables& tables, std::size_t at, double given, const Slope& s) {
    tables.given[at] = given;
    if (s.behaviour == Behaviour::smooth || s.behaviour == Behaviour::edge)
      tables.numeric[at] = s.value;
    tables.error[at] = s.error;
  }

  Tables each_input(const Values& x, const Values& derivative, Report& report, Tally& tally) {
    Tables tables = tables_of(x, inputs());
    tables.given = Values(derivative);
    rest_ = inputs();
    for (std::size_t i = 0; i < rest_; ++i) {
      if (&report == &report_ && budget_.is_dear(i)) {
        is_dear_ = true;
        rest_ = i;
        break;
      }
      Values direction(inputs(), 0.0);
      direction[i] = 1;
      LineOf line = lines_.line(x, direction);
      const Row<Slope> slopes = lines_.measured(line, x, direction, lines_.by_input(derivative, i));
      bool ends = false;
      for (std::size_t o = 0; o < outputs(); ++o) {
        const std::size_t at = o * inputs() + i;
        enter(tables, at, derivative[at], slopes[o]);
        ends = ends || ends_at_x(slopes[o].behaviour);
        is_rough_ = is_rough_ || !is_plain(slopes[o]);
        tally.add({.name = places_.cell(o, i),
                   .output = o,
                   .input = i,
                   .given = derivative[at],
                   .numeric = slopes[o]});
      }
      if (ends && line.undefined_at != 0 && &report == &report_)
        note_undefined(i, line.undefined_at, line.undefined_as);
    }
    return tables;
  }

  /// Where f ends beside x, and what is made of it; the first such place is told.
  void note_undefined(std::size_t i, double t, const char* as) {
    if (undefined_noted_ || !std::isfinite(problem_.x[i])) return;
    undefined_noted_ = true;
    const char* advice = report_.inconclusive > 0 ? options_.lowest.empty() ? ": set a domain" : ""
                                                  : ": the slope of the other side counts";
    report_.findings.push_back(said("f %s at %s%s", as, places_.beside(i, t).c_str(), advice));
  }

  /// The inputs that are left together, where each by itself would be dear.
  void rest_of_inputs(const Values& derivative) {
    const std::string where = said(" from %s on", places_.input(rest_).c_str());
    report_.findings.push_back(
        said("f is hard to measure:%s along directions, not each input by itself", where.c_str()));
    along_directions(problem_.x, derivative, 3, where.c_str(), report_, tally_, rest_);
  }

  /// Directions that move inputs from `from` on.
  void along_directions(const Values& x, const Values& derivative, int count, const char* where,
                        Report& report, Tally& tally, std::size_t from = 0) {
    const bool near_x = &report != &report_;
    int groups = 1;
    while (!near_x && largest_of_group(x, groups, from) > 0) ++groups;
    if (count < groups) count = groups;
    Tables tables = tables_of(x, static_cast<std::size_t>(count));
    int k = 0;
    for (; k < count; ++k) {
      // Half of them told nothing, or kinks: the others wouldn't tell more.
      if (2 * k > count && report.inconclusive + report.kinks == report.cells) break;
      if (!near_x && k >= groups && 2 * k >= count && budget_.is_spent()) break;
      const double largest = groups > 1 ? largest_of_group(x, k % groups, from) : INFINITY;
      Values direction = random_direction(x, largest, random_, from);
      turn_inside(direction, x, options_);
      const Given slopes_given = lines_.by_direction(derivative, direction);
      const Row<Slope> slopes = lines_.along(x, direction, slopes_given);
      if (slopes[0].cut && k >= groups) break;
      for (std::size_t o = 0; o < outputs(); ++o) {
        const double given = slopes_given.slopes[o];
        enter(tables, o * tables.columns + static_cast<std::size_t>(k), given, slopes[o]);
        is_rough_ = is_rough_ || !is_plain(slopes[o]);
        tally.add({.name = places_.slope(o, k, where),
                   .output = o,
                   .given = given,
                   .numeric = slopes[o]});
      }
    }
    if (near_x || from > 0) return;
    if (k < count)
      report.findings.push_back(
          said("f is hard to measure: %d of %d directions were compared", k, count));
    if (report.wrong > 0) report_.diagnosis = diagnose_directions(tables);
  }

  /// Looks for an element that is wrong, by halves, where some direction was.
  void locate(const Values& derivative, std::size_t from = 0) {
    std::size_t begin = from, end = inputs();
    while (end - begin > 1) {
      const std::size_t middle = begin + (end - begin) / 2;
      if (lines_.first_wrong(derivative, begin, middle).verdict == Verdict::wrong) {
        end = middle;
      } else {
        begin = middle;
      }
    }
    const Cell found = lines_.first_wrong(derivative, begin, end);
    if (found.verdict == Verdict::wrong) report_.worst.insert(0, found);
  }

  /// A derivative that is right at x alone isn't right: it may hold where elements are equal, or 0.
  void nearby(const Values& at_x) {
    if (report_.kinks > 1 && 2 * report_.kinks > report_.cells) {
      find(report_, Verdict::inconclusive, "most elements are kinks: choose another x");
      return;
    }
    if (report_.cells > 0 && report_.inconclusive == report_.cells) return;  // nothing is known
    if (look_around(at_x) == 0 && report_.kinks > 0 && report_.kinks == report_.cells)
      find(report_, Verdict::inconclusive, "each element is a kink: choose another x");
  }

  /// At points near x; how many told something.
  int look_around(const Values& at_x) {
    int told = 0, p = 0;
    for (; p < options_.points && report_.wrong == 0; ++p) {
      if (p == 0 ? budget_.is_spent() : budget_.is_nearly_spent()) break;
      const Values x = near(problem_.x, options_, random_);
      const Values y = value(x);
      const Values derivative = y.size() == outputs() ? problem_.derivative(x, NAN) : Values();
      bool usable = derivative.size() == outputs() * inputs();
      for (const double v : y) usable = usable && std::isfinite(v);
      if (!usable) continue;
      look_at(x, derivative, p, same(derivative, at_x));
      ++told;
    }
    if (p > 0 && told == 0)
      report_.findings.push_back("no point near x was compared: f or its derivative has no value");
    return told;
  }

  /// Along two directions from a point near x, and by each input if these find something. What
  /// can't be told there says nothing of x.
  void look_at(const Values& x, const Values& derivative, int p, bool is_as_at_x) {
    Report around;
    Tally tally(options_, around);
    if (is_dear_) lines_.move_on();  // which only knows of some inputs
    along_directions(x, derivative, 2, " near x", around, tally);
    report_.cells += around.cells - around.inconclusive;
    report_.kinks += around.kinks;
    if (around.wrong == 0) return;
    find(report_, Verdict::wrong, misses_nearby(options_.seed, p, places_.point(x)));
    if (is_as_at_x) {
      report_.findings.push_back(
          "the derivative there is the one at x: a constant, or kept from an earlier call?");
    }
    Report there;
    Tally single(options_, there);
    if (options_.directions == 0) {
      const Tables tables = each_input(x, derivative, there, single);
      // Any number is some factor of another.
      if (there.wrong > 0 && (tables.size() > 1 || is_float_precise(tables)))
        report_.diagnosis = diagnose(tables);
    }
    const Report& told = there.wrong > 0 ? there : around;
    report_.wrong = told.wrong;
    if (there.wrong > 0) report_.cells += there.cells - (around.cells - around.inconclusive);
    for (const Cell& cell : told.worst) {
      if (cell.verdict == Verdict::wrong) tally_.list(cell);
    }
  }

  /// Numbers of a random function say nothing.
  void forget_cells() {
    report_.cells = report_.wrong = report_.inconclusive = report_.kinks = 0;
    report_.worst = {};
    report_.diagnosis.clear();
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
  Places places_;
  Contract contract_;
  Budget budget_;
  Lines lines_;
  /// The first input that isn't compared by itself, because f is dear.
  std::size_t rest_ = 0;
  bool is_dear_ = false;
  bool is_rough_ = false;
  bool undefined_noted_ = false;
};

}  // namespace tapegrad::gradtest::detail
