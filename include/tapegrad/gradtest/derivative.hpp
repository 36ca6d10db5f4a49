// Numeric derivatives by themselves: values with their uncertainties, nothing to compare.
#pragma once

#include "tapegrad/gradtest/engine.hpp"
#include "tapegrad/gradtest/functions.hpp"

namespace tapegrad::gradtest {

namespace detail {

/// The numeric gradient of a function as a function.
template <class F, class X>
class NumericGradient final : public FunctionOf<F, X> {
 public:
  NumericGradient(F& f, const X& point, const Options& options)
      : FunctionOf<F, X>(f, point, options), inner_(f, point, options), options_(options) {
    this->precision = 0x1p-42;  // what is left of the inner slopes
  }
  Values value(const Values& at) override {
    inner_.x = at;
    Values gradient;
    for (const Slope& s : measure_all(inner_, 1, options_).slopes) gradient.push_back(s.value);
    return gradient;
  }

 private:
  FunctionOf<F, X> inner_;
  const Options& options_;
};

}  // namespace detail

/// The numeric derivative of m outputs of f by n inputs: for a number, its gradient is row 0.
///   f, point, options   as for check(); of the options only domain and outputs count.
///   A slope that there is not is NaN, with an error of infinity and the behaviour that explains
///   it. Empty where f throws at the point.
template <class F, class Point, class... O>
Jacobian jacobian(F&& f, const Point& point, const O&... options) {
  const auto x = detail::owned(point);
  const Options all = detail::options_of(options...);
  detail::FunctionOf problem(f, x, all);
  return detail::measure_all(problem, problem.value(problem.x).size(), all);
}

/// The numeric derivative of a function of a number, with its uncertainty: value ± error.
template <class F, class... O>
Slope derivative(F&& f, double x, const O&... options) {
  const Jacobian j = jacobian(f, x, options...);
  return j.slopes.empty() ? Slope() : j.slopes[0];
}

/// The numeric second derivatives of a function with one value, n x n, symmetric: some 11 digits
/// where f is smooth, for some 225 n² evaluations.
template <class F, class Point, class... O>
Jacobian hessian(F&& f, const Point& point, const O&... options) {
  const auto x = detail::owned(point);
  const Options all = detail::options_of(options...);
  detail::NumericGradient outer(f, x, all);
  Jacobian h = detail::measure_all(outer, outer.x.size(), all);
  detail::symmetrize(h);
  return h;
}

}  // namespace tapegrad::gradtest
