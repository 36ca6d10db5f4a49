// Points that are no plain numbers: rotations, unit vectors, positive matrices. A step from one is
// a small vector of its tangent space.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "tapegrad/gradtest/engine.hpp"
#include "tapegrad/gradtest/forms.hpp"
#include "tapegrad/gradtest/random.hpp"

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

/// A function and its derivative by the steps from one point; the derivative's size tells how many
/// elements a step has.
template <class F, class D, class X, class Plus>
class StepsFrom final : public Problem {
 public:
  StepsFrom(F& f, D& df, const X& base, const manifold<Plus>& m)
      : f_(f), derivative_(df), base_(base), manifold_(m) {
    const Values none;
    const std::size_t outputs = value_of(base).size();
    x = Values(outputs == 0 ? 0 : derivative(none, 0).size() / outputs, 0.0);
  }
  Values value(const Values& d) override { return value_of(moved(manifold_, base_, d)); }
  /// Steps are taken from the base alone: there d is 0.
  Values derivative(const Values&, double filled) override {
    const Values at = flat(base_);
    return derivative_at(derivative_, base_, at, 1, at.size(), filled, changed_x);
  }
  std::string input_name(std::size_t i) const override { return step_name(i); }

 private:
  Values value_of(const X& at) {
    Values y;
    X copy = at;
    succeeds([&] { y = result_of<Role::value>(f_, copy, 1, 1, 0); });
    return y;
  }

  F& f_;
  D& derivative_;
  const X base_;
  const manifold<Plus>& manifold_;
};

/// One point: x, or a random one near it.
template <class F, class D, class X, class Plus>
Report check_at(F& f, D& derivative, const X& x, const manifold<Plus>& m, const Options& options,
                Random* random) {
  StepsFrom problem(f, derivative, x, m);
  if (!random) return run(problem, options);
  Values step(problem.x.size());
  for (double& d : step) d = 0.3 * random->next();
  StepsFrom there(f, derivative, moved(m, x, step), m);
  return run(there, options);
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
    next.findings.push_back(misses_nearby(options.seed, p, {}));
    return next;
  }
  return report;
}

}  // namespace detail
}  // namespace tapegrad::gradtest
