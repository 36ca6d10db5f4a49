// Tests of derivatives: of plain functions and their hand-written gradients, Jacobians, Hessians,
// and products with them. C++20 and its standard library, nothing to link. Faces for test
// frameworks are beside it in gradtest/.
//
//   namespace gt = tapegrad::gradtest;
//   const gt::Report r = gt::check(rosenbrock, rosenbrock_gradient, x);
//   if (!r) std::cout << r.text();
#pragma once

#include <cmath>
#include <cstddef>

#include "tapegrad/gradtest/derivative.hpp"
#include "tapegrad/gradtest/engine.hpp"
#include "tapegrad/gradtest/forms.hpp"
#include "tapegrad/gradtest/functions.hpp"
#include "tapegrad/gradtest/manifold.hpp"

namespace tapegrad::gradtest {

namespace detail {

/// Something like x with other elements.
template <class X>
X with_elements(const X& x, const Values& values) {
  X result = x;
  assign(result, values);
  return result;
}

}  // namespace detail

/// Compares a derivative with slopes of f at x and at random points near it.
///   f           (x) -> a number, or m numbers in something with data() and size(); or
///               (x, gradient) -> a number, as optimizers want it: it may be both functions; or
///               (x, result), which writes as many numbers as x has, or as the option outputs says.
///   derivative  (x) -> n numbers for a number, m x n (row by row, a vector of rows, or a matrix
///               with rows(), cols() and (i, j)) for m; or (x, result), where result is a
///               std::span, a std::vector&, a pointer, a matrix&, a vector of rows or like x, and
///               is filled before.
///   x           a number, an array, or n numbers in something with data() and size(); functions
///               may take a std::span of its elements instead.
///   options     tolerance, points, directions, outputs, domain, names, manifold,
///   accept_inconclusive.
/// Nothing is thrown; what f throws counts as "not defined there".
template <class F, class D, class Point, class... O>
Report check(F&& f, D&& derivative, const Point& point, const O&... options) {
  const auto x = detail::owned(point);
  const Options all = detail::options_of(options...);
  if constexpr ((detail::is_manifold<O> || ...)) {
    return detail::check_manifold(f, derivative, x, detail::manifold_of(options...), all);
  }
  detail::DerivativeOf problem(f, derivative, x, all);
  return detail::run(problem, all);
}

/// Products of a row with the Jacobian: vjp(x, v) -> n numbers, or vjp(x, v, result). `v` has a
/// number for each output of f and its type, random here; a number for a number.
template <class F, class V, class Point, class... O>
Report check_vjp(F&& f, V&& vjp, const Point& point, const O&... options) {
  const auto x = detail::owned(point);
  const Options all = detail::options_of(options...);
  detail::FunctionOf function(f, x, all);
  if (function.value(function.x).empty()) return detail::nothing_at_x(all);
  const auto y = detail::plain_result(f, x, function.written());
  const detail::Values v = detail::random_cotangents(detail::flat(y), all.seed);
  const auto cotangent = detail::with_elements(y, v);
  const auto opposite = detail::with_elements(y, detail::opposite_of(v));
  detail::RowTimes problem(f, vjp, x, cotangent, opposite, all);
  return detail::counted(detail::run(problem, all), 2);
}

namespace detail {

/// One random tangent; as large as x, if `scaled`.
template <class F, class J, class X>
Report check_along(F& f, J& jvp, const X& x, bool scaled, const Options& options) {
  const Values u = random_tangent(flat(x), options, scaled);
  const X tangent = with_elements(x, u);
  const X opposite = with_elements(x, opposite_of(u));
  TimesColumn problem(f, jvp, x, tangent, opposite, options);
  return run(problem, options_along(options, flat(x), u));
}

}  // namespace detail

/// Products of the Jacobian with a column: jvp(x, u) -> m numbers, or jvp(x, u, result). `u` is
/// like x, random here, and where inputs are far apart in size there is a second one, of size 1.
template <class F, class J, class Point, class... O>
Report check_jvp(F&& f, J&& jvp, const Point& start, const O&... options) {
  const auto x = detail::owned(start);
  const Options all = detail::options_of(options...);
  const detail::FunctionOf function(f, x, all);
  Report refusal = detail::refusal(function, all);
  if (!refusal) return refusal;
  Report first = detail::check_along(f, jvp, x, true, all);
  if (!first || !detail::needs_another_tangent(detail::flat(x))) return first;
  return detail::continued(first, detail::check_along(f, jvp, x, false, all));
}

/// Products of the Hessian with a vector: hvp(x, u), where `gradient` is right.
template <class G, class H, class X, class... O>
Report check_hvp(G&& gradient, H&& hvp, const X& x, const O&... options) {
  return check_jvp(gradient, hvp, x, options...);
}

/// The gradient of f, then the Hessian as the gradient's derivative, and its symmetry.
template <class F, class G, class H, class X, class... O>
Report check_hessian(F&& f, G&& gradient, H&& hessian, const X& x, const O&... options) {
  Report first = check(f, gradient, x, options...);
  if (!first) return first;
  const auto point = detail::owned(x);
  Options all = detail::options_of(options...);
  all.outputs = 0;  // of f: the gradient writes as many values as x has
  detail::DerivativeOf problem(gradient, hessian, point, all);
  problem.second_order = true;
  Report second = detail::run(problem, all);
  second.evaluations += first.evaluations;
  if (second.verdict == Verdict::wrong)
    second.findings.push_back("the gradient is right, the Hessian isn't");
  const detail::Values at = detail::flat(point);
  bool changed_x = false;
  const std::size_t n = at.size();
  const detail::Values h = detail::derivative_at(hessian, point, at, n, n, NAN, changed_x);
  detail::check_symmetry(h, n, all, second);
  return second;
}

}  // namespace tapegrad::gradtest

// Where the engine is compiled: see gradtest/engine.hpp.
#if defined(TAPEGRAD_GRADTEST_DEFINE) || !defined(TAPEGRAD_GRADTEST_SEPARATE)
#include "tapegrad/gradtest/definitions.hpp"
#endif
