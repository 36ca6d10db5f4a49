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
/// d is 0, and has an element for each of d's: their number must be said, manifold(plus, 3), where
/// the derivative writes its result.
template <class Plus>
struct manifold {
  Plus plus;
  std::size_t elements;
  explicit manifold(Plus function, std::size_t of_step = 0)
      : plus(std::move(function)), elements(of_step) {}
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

/// A function and its derivative by the steps from one point.
template <class F, class D, class X, class Plus>
class StepsFrom final : public Problem {
 public:
  StepsFrom(F& f, D& df, const X& base, const manifold<Plus>& m, const Options& options)
      : f_(f),
        derivative_(df),
        base_(base),
        manifold_(m),
        written_(options.outputs > 0 ? options.outputs : flat(base).size()),
        outputs_(value_at(f_, base_, flat(base_), written_).size()) {
    x = Values(elements_of_step(), 0.0);
  }
  Values value(const Values& d) override {
    const X there = moved(manifold_, base_, d);
    return value_at(f_, there, flat(there), written_);
  }
  /// Steps are taken from the base alone: there d is 0.
  Values derivative(const Values&, double filled) override {
    return derivative_at(derivative_, base_, flat(base_), outputs_, x.size(), filled, changed_x);
  }
  std::string input_name(std::size_t i) const override { return step_name(i); }

  /// Instead of a check where it isn't known how many elements a step has.
  Report refused(const Options& options) const {
    return unknown_step(writes_, given_, outputs_, options);
  }

 private:
  /// As told, or as the derivative's size tells; 0 where neither does.
  std::size_t elements_of_step() {
    if (outputs_ == 0 || manifold_.elements > 0) return outputs_ == 0 ? 0 : manifold_.elements;
    if constexpr (std::is_invocable_v<D&, X&>) {
      given_ = derivative({}, 0).size();
      return given_ % outputs_ == 0 ? given_ / outputs_ : 0;
    }
    writes_ = true;
    return 0;
  }

  F& f_;
  D& derivative_;
  const X base_;
  const manifold<Plus>& manifold_;
  std::size_t written_, outputs_;
  std::size_t given_ = 0;
  bool writes_ = false;
};

/// One point: x, or a random one near it.
template <class F, class D, class X, class Plus>
Report check_at(F& f, D& derivative, const X& x, const manifold<Plus>& m, const Options& options,
                Random* random) {
  StepsFrom problem(f, derivative, x, m, options);
  if (problem.x.empty()) return problem.refused(options);
  if (!random) return counted(run(problem, options), 1);
  Values step(problem.x.size());
  for (double& d : step) d = 0.3 * random->next();
  StepsFrom there(f, derivative, moved(m, x, step), m, options);
  return there.x.empty() ? Report() : counted(run(there, options), 2);
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
