// Points that are no plain numbers: rotations, unit vectors, positive matrices. A step from one is
// a small vector of its tangent space.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "tapegrad/gradtest/forms.hpp"
#include "tapegrad/gradtest/run.hpp"

namespace tapegrad::gradtest {

/// The option that a point is on a manifold: plus(x, d) is the point that a step d, a std::span of
/// numbers (or a std::vector), leads to from x; plus(x, 0) is x. The derivative is by d then, where
/// d is 0, and has an element for each of d's.
template <class Plus>
struct manifold {
  Plus plus;
  explicit manifold(Plus function) : plus(std::move(function)) {}
  void set(Options&) const {}
};

namespace detail {

template <class O>
inline constexpr bool is_manifold = false;
template <class Plus>
inline constexpr bool is_manifold<manifold<Plus>> = true;

/// The only manifold among the options.
template <class O, class... More>
const auto& manifold_of(const O& option, const More&... more) {
  if constexpr (is_manifold<O>) {
    return option;
  } else {
    return manifold_of(more...);
  }
}

/// x after the step d.
template <class X, class Plus>
X moved(const manifold<Plus>& m, const X& x, const Values& d) {
  if constexpr (std::is_invocable_v<const Plus&, const X&, std::span<const double>>) {
    return m.plus(x, std::span<const double>(d));
  } else {
    return m.plus(x, d);
  }
}

/// One point; the derivative's size tells how many elements a step has.
template <class F, class D, class X, class Plus>
Report check_at(F& f, D& derivative, const X& x, const manifold<Plus>& m, const Options& options,
                Random* random) {
  X base = x;
  Values y;
  succeeds([&] { y = result_of<Role::value>(f, base, 1, 1, 0); });
  const auto gradient = [&](double filled) {
    Values g;
    X copy = base;
    succeeds(
        [&] { g = result_of<Role::derivative>(derivative, copy, 1, flat(base).size(), filled); });
    return g;
  };
  const std::size_t n = y.empty() ? 0 : gradient(0).size() / y.size();
  if (random) {
    Values step(n);
    for (double& d : step) d = 0.3 * random->next();
    base = moved(m, x, step);
  }
  Problem problem;
  problem.x.assign(n, 0.0);
  problem.value = [&](const Values& d) {
    Values values;
    succeeds([&] {
      X at = moved(m, base, d);
      values = result_of<Role::value>(f, at, 1, 1, 0);
    });
    return values;
  };
  // Steps are taken from the base alone: there d is 0.
  problem.derivative = [&](const Values&, double filled) { return gradient(filled); };
  problem.input_name = [&](std::size_t i) {
    return i < options.names.size() ? options.names[i] : "step[" + std::to_string(i) + "]";
  };
  return Check(problem, options).run();
}

template <class F, class D, class X, class Plus>
Report check_manifold(F& f, D& derivative, const X& x, const manifold<Plus>& m,
                      const Options& options) {
  Options here = options;
  here.points = 0;
  Random random(options.seed);
  Report report = check_at(f, derivative, x, m, here, nullptr);
  for (int p = 0; p < options.points && report.verdict == Verdict::ok; ++p) {
    Report next = check_at(f, derivative, x, m, here, &random);
    next.evaluations += report.evaluations;
    if (next.verdict != Verdict::wrong) {
      report.evaluations = next.evaluations;
      continue;
    }
    next.findings.push_back("right at x, wrong at points near it (seed " +
                            std::to_string(options.seed) + ", point " + std::to_string(p) + ")");
    return next;
  }
  return report;
}

}  // namespace detail
}  // namespace tapegrad::gradtest
