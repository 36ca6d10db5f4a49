// Derivatives by a complex step: exact to the last digits, of functions that take complex numbers.
#pragma once

#include <complex>
#include <cstddef>
#include <vector>

namespace tapegrad::gradtest {

/// The derivative at x of a function from a complex number to one that is analytic there: the
/// imaginary part of f(x + ih) / h, whose error is some h² and has no cancellation.
///   Functions that take absolute values, compare or conjugate are not analytic, and give what
///   means nothing. Source: Squire & Trapp (1998), "Using complex variables to estimate derivatives
///   of real functions".
template <class F>
double complex_step(F&& f, double x) {
  constexpr double h = 0x1p-500;
  return std::imag(f(std::complex<double>(x, h))) / h;
}

/// The gradient at x of a function from a std::vector of complex numbers to one.
template <class F>
std::vector<double> complex_step(F&& f, const std::vector<double>& x) {
  constexpr double h = 0x1p-500;
  std::vector<std::complex<double>> z(x.begin(), x.end());
  std::vector<double> gradient;
  for (std::size_t i = 0; i < z.size(); ++i) {
    z[i] = {x[i], h};
    gradient.push_back(std::imag(f(z)) / h);
    z[i] = x[i];
  }
  return gradient;
}

}  // namespace tapegrad::gradtest
