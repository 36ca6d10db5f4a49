// Euler's method for x' = x (1 - x) on one number, and the derivative by where it began, by ADOL-C:
// recorded and differentiated each time, as it says to do where branches may change.
#pragma once

#include <adolc/adolc.h>

namespace limits {

inline double growth_by_adolc(double start, int steps) {
  constexpr short tape = 1;
  double end = 0;
  trace_on(tape);
  adouble first;
  first <<= start;
  adouble x = first;
  for (int i = 0; i < steps; ++i) x = x + (x - x * x) * 0.01;
  x >>= end;
  trace_off();
  double slope = 0;
  gradient(tape, 1, &start, &slope);
  return slope;
}

}  // namespace limits
