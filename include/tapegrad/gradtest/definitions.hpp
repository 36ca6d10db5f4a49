// The engine's functions: inline, or compiled once with the source that includes this file after
// others of a unity build or a precompiled header had gradtest.hpp without it.
#pragma once

#include <cfloat>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>

#include "tapegrad/gradtest/engine.hpp"
#include "tapegrad/gradtest/report_text.hpp"
#include "tapegrad/gradtest/run.hpp"

#if defined(TAPEGRAD_GRADTEST_DEFINE) || defined(TAPEGRAD_GRADTEST_SEPARATE)
#define TAPEGRAD_GRADTEST_ENGINE [[gnu::weak]]  // the library may have it too
#else
#define TAPEGRAD_GRADTEST_ENGINE inline
#endif

namespace tapegrad::gradtest {
namespace detail {

TAPEGRAD_GRADTEST_ENGINE Report run(Problem& problem, const Options& options) {
  return Check(problem, options).run();
}

TAPEGRAD_GRADTEST_ENGINE Jacobian measure_all(Problem& problem, std::size_t outputs,
                                              const Options& options) {
  const std::size_t columns = problem.x.size();
  Jacobian result{
      .rows = outputs, .columns = columns, .slopes = std::vector<Slope>(outputs * columns)};
  std::size_t evaluations = 0;
  for (std::size_t i = 0; i < result.columns; ++i) {
    Values direction(result.columns, 0.0);
    direction[i] = 1;
    LineOf line(problem, problem.x, direction, outputs, evaluations);
    const Row<Slope> slopes =
        measure(line, scale_of(problem.precision, problem.x, direction, options));
    for (std::size_t o = 0; o < outputs; ++o) result.slopes[o * result.columns + i] = slopes[o];
  }
  return result;
}

TAPEGRAD_GRADTEST_ENGINE void symmetrize(Jacobian& hessian) {
  const std::size_t n = hessian.columns;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      Slope& a = hessian.slopes[i * n + j];
      Slope& b = hessian.slopes[j * n + i];
      const bool first = a.error < b.error;
      (first ? b : a) = first ? a : b;
    }
  }
}

TAPEGRAD_GRADTEST_ENGINE Values random_tangent(const Values& x, const Options& options,
                                               bool scaled) {
  Random random(options.seed);
  Values u = x;
  for (double& v : u) v = random_step(random, scaled && v != 0 ? v : 1);
  turn_inside(u, x, options);
  return u;
}

TAPEGRAD_GRADTEST_ENGINE bool needs_another_tangent(const Values& x) { return far_apart(x); }

TAPEGRAD_GRADTEST_ENGINE Options options_along(const Options& options, const Values& x,
                                               const Values& u) {
  Options along = options;
  along.names.clear();
  if (options.lowest.empty()) return along;
  const LineScale scale = scale_of(DBL_EPSILON, x, u, options);
  along.lowest = Values(1, scale.lowest);
  along.highest = Values(1, scale.highest);
  return along;
}

TAPEGRAD_GRADTEST_ENGINE Values opposite_of(Values values) {
  for (double& v : values) v = -v;
  return values;
}

TAPEGRAD_GRADTEST_ENGINE Report counted(Report report, std::size_t more) {
  report.evaluations += more;
  return report;
}

TAPEGRAD_GRADTEST_ENGINE Report continued(Report first, Report second) {
  second.evaluations += first.evaluations;
  if (second.verdict == Verdict::ok) {
    second.cells += first.cells;
    second.kinks += first.kinks;
    for (std::string& finding : second.findings) first.findings.push_back(std::move(finding));
    second.findings.swap(first.findings);
  }
  return second;
}

TAPEGRAD_GRADTEST_ENGINE Values random_cotangents(const Values& y, std::uint64_t seed) {
  Random random(seed);
  Values weights = y;
  for (double& w : weights) w = random_step(random, 1);
  double least = INFINITY, most = 0;
  for (const double v : y) {
    if (v == 0 || !std::isfinite(v)) continue;
    least = std::fmin(least, std::fabs(v));
    most = std::fmax(most, std::fabs(v));
  }
  if (!(most > 0x1p+20 * least)) return weights;
  for (std::size_t i = 0; i < y.size(); ++i) {
    if (y[i] != 0 && std::isfinite(y[i])) weights[i] /= power_of_two(y[i]);
  }
  return weights;
}

TAPEGRAD_GRADTEST_ENGINE void check_symmetry(const Values& h, std::size_t n, const Options& options,
                                             Report& report) {
  if (h.size() != n * n) return;
  Values largest(n, 0.0);  // of each row
  for (std::size_t i = 0; i < h.size(); ++i)
    largest[i / n] = std::fmax(largest[i / n], std::fabs(h[i]));
  for (std::size_t i = 0; i < h.size(); ++i) {
    const std::size_t row = i / n, column = i % n;
    const double across = h[column * n + row];
    const double size = std::fmax(std::fabs(h[i]), std::fabs(across));
    const double rounding = 64 * DBL_EPSILON * std::fmin(largest[row], largest[column]);
    if (std::fabs(h[i] - across) <= 1e-3 * options.tolerance * size + rounding) continue;
    report.findings.push_back(
        said("the Hessian isn't symmetric: [%zu, %zu] is %s, across the diagonal stands %s", row,
             column, shown(h[i]).text, shown(across).text));
    report.verdict = Verdict::wrong;
    return;
  }
}

TAPEGRAD_GRADTEST_ENGINE Report refusal(const Problem& problem, const Options& options) {
  Report report;
  const std::string why = refused(problem.x, options, Places(problem, options));
  if (!why.empty()) find(report, Verdict::inconclusive, why);
  return report;
}

TAPEGRAD_GRADTEST_ENGINE Report nothing_at_x(const Options& options) {
  Report report;
  report.accepts_inconclusive = options.accept_inconclusive;
  find(report, Verdict::inconclusive, without_value());
  return report;
}

TAPEGRAD_GRADTEST_ENGINE std::string misses_nearby(std::uint64_t seed, int p,
                                                   const std::string& where) {
  return said("right at x, wrong near it%s%s (seed %llu, point %d)", where.empty() ? "" : ", at ",
              where.c_str(), static_cast<unsigned long long>(seed), p);
}

TAPEGRAD_GRADTEST_ENGINE Report unknown_step(bool writes, std::size_t elements, std::size_t outputs,
                                             const Options& options) {
  if (outputs == 0) return nothing_at_x(options);
  Report report;
  report.accepts_inconclusive = options.accept_inconclusive;
  if (writes) {
    find(report, Verdict::inconclusive,
         "the derivative writes its result: say how many elements a step has, manifold(plus, 3)");
  } else if (elements == 0) {
    find(report, Verdict::wrong, without_derivative());
  } else {
    find(report, Verdict::wrong,
         said("the derivative has %zu elements; a multiple of %zu is expected, the number of f's "
              "values",
              elements, outputs));
  }
  return report;
}

TAPEGRAD_GRADTEST_ENGINE std::string step_name(std::size_t i) { return said("step[%zu]", i); }

}  // namespace detail

TAPEGRAD_GRADTEST_ENGINE std::string Report::text() const {
  std::string text = detail::summary_of(*this);
  for (const std::string& finding : findings) text += detail::said("  %s\n", finding.c_str());
  if (!diagnosis.empty()) text += detail::said("  perhaps: %s\n", diagnosis.c_str());
  for (const Cell& cell : worst) text += detail::said("%s\n", detail::line_of(cell).c_str());
  if (!worst.empty()) text += detail::origin_of(worst[0].numeric);
  const std::size_t bad = wrong + inconclusive;
  if (bad > worst.size()) text += detail::said("  and %zu more\n", bad - worst.size());
  if (verdict == Verdict::inconclusive && !worst.empty())
    text += detail::said("  what would help: %s\n", detail::help_for(worst[0].numeric));
  return text;
}

}  // namespace tapegrad::gradtest

#undef TAPEGRAD_GRADTEST_ENGINE
