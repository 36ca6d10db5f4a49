// What checks of functions ask of the engine, which knows none of their types.
//
// Its functions are inline, and compiled with each source that includes gradtest.hpp; but where
// TAPEGRAD_GRADTEST_SEPARATE is defined they are compiled once, with a source that defines
// TAPEGRAD_GRADTEST_DEFINE and includes gradtest/definitions.hpp, or come with the library.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tapegrad/gradtest/options.hpp"
#include "tapegrad/gradtest/problem.hpp"
#include "tapegrad/gradtest/report.hpp"
#include "tapegrad/gradtest/slope.hpp"

namespace tapegrad {
namespace [[gnu::visibility("default")]] gradtest {

/// The derivatives of m outputs by n inputs, row by row.
struct Jacobian {
  std::size_t rows = 0, columns = 0;
  std::vector<Slope> slopes = {};

  const Slope& at(std::size_t row, std::size_t column) const {
    return slopes[row * columns + column];
  }
  double operator()(std::size_t row, std::size_t column) const { return at(row, column).value; }
};

namespace detail {

/// A check from beginning to end.
Report run(Problem& problem, const Options& options);

/// The slopes of `outputs` by all inputs; of the options only domain counts.
Jacobian measure_all(Problem& problem, std::size_t outputs, const Options& options);

/// Of two elements that are the same second derivative, the one that is known better, twice.
void symmetrize(Jacobian& hessian);

/// A random direction of few bits from x into its domain; as large as x, if `scaled`.
Values random_tangent(const Values& x, const Options& options, bool scaled);

/// Whether products along a direction as large as x would hide small inputs.
bool needs_another_tangent(const Values& x);

/// The options of a check along u, in steps t from x to x + t u.
Options options_along(const Options& options, const Values& x, const Values& u);

/// With the other sign.
Values opposite_of(Values values);

/// A report with so many evaluations more.
Report counted(Report report, std::size_t more);

/// The second of two reports on one function, after a first that is right.
Report continued(Report first, Report second);

/// Random cotangents of outputs y; those of outputs whose sizes are far apart are as small as
/// these are large, so that none drowns the others.
Values random_cotangents(const Values& y, std::uint64_t seed);

/// Says where a Hessian isn't symmetric.
void check_symmetry(const Values& hessian, std::size_t n, const Options& options, Report& report);

/// Ok, or why a check can't be as it was asked for.
Report refusal(const Problem& problem, const Options& options);

/// What is said where f has no values at x.
Report nothing_at_x(const Options& options);

/// What is said of point p near x, where a derivative that is right at x is wrong.
/// `where`: "x[0] = 1.02", or nothing.
std::string misses_nearby(std::uint64_t seed, int p, const std::string& where);

/// Of a manifold where it isn't known how many elements a step has: the derivative writes its
/// result, or gives `elements`; f has `outputs` values.
Report unknown_step(bool writes, std::size_t elements, std::size_t outputs, const Options& options);

/// "step[2]".
std::string step_name(std::size_t i);

}  // namespace detail
}  // namespace gradtest
}  // namespace tapegrad
