#include "gradtest/mistakes.hpp"

#include <algorithm>
#include <cmath>

namespace tapegrad::test {

std::vector<Mistake> mistakes_in_patterns() {
  const Vec at{-1.2, 1, 0.5, 2};
  const Vec logits{0.3, -1.1, 2, 0.7};
  const auto rosen = scalar(rosenbrock);
  const auto entropy = scalar(cross_entropy);
  const auto square = [](View x, Out g) {
    for (std::size_t i = 0; i < x.size(); ++i) g[i] = 2 * x[i] / static_cast<double>(x.size());
  };
  return {
      {"sign", "rosenbrock", rosen, changed(rosenbrock_gradient, times(-1)), at, "opposite sign"},
      {"sign", "cross entropy", entropy, changed(cross_entropy_gradient, times(-1)), logits,
       "opposite sign"},
      {"factor", "twice", rosen, changed(rosenbrock_gradient, times(2)), at, "2 times"},
      {"factor", "half", entropy, changed(cross_entropy_gradient, times(0.5)), logits, "0.5 times"},
      {"factor", "the mean forgotten", scalar(mean_square), changed(square, times(4)), at,
       "the number of inputs"},
      {"factor", "the mean twice", scalar(mean_square), changed(square, times(0.25)), at,
       "one by the number of inputs"},
      {"factor", "1 % off", rosen, changed(rosenbrock_gradient, times(1.01)), at, "1.01 times"},
      {"factor", "1e-4 off", entropy, changed(cross_entropy_gradient, times(1.0001)), logits,
       "1.0001 times"},
      {"factor",
       "a Jacobian in degrees",
       arm,
       changed(arm_jacobian, times(180 / M_PI)),
       {0.4, 1.1},
       "times"},
      {"layout",
       "transposed, 2 x 2",
       arm,
       changed(arm_jacobian, [](View, Out j) { std::swap(j[1], j[2]); }),
       {0.4, 1.1},
       "transposed"},
      {"layout",
       "transposed, 3 x 3",
       linear3,
       changed(linear3_jacobian,
               [](View, Out j) {
                 std::swap(j[1], j[3]);
                 std::swap(j[2], j[6]);
                 std::swap(j[5], j[7]);
               }),
       {1, 2, 3},
       "transposed"},
      {"layout", "one place too far right", rosen,
       changed(rosenbrock_gradient,
               [](View, Out g) { std::rotate(g.begin(), g.end() - 1, g.end()); }),
       at, "too far right"},
      {"layout", "one place too far left", entropy,
       changed(cross_entropy_gradient,
               [](View, Out g) { std::rotate(g.begin(), g.begin() + 1, g.end()); }),
       logits, "too far left"},
      {"layout",
       "rows swapped",
       linear3,
       changed(linear3_jacobian,
               [](View, Out j) { std::swap_ranges(j.begin(), j.begin() + 3, j.begin() + 6); }),
       {1, 2, 3},
       "rows 0 and 2 are swapped"},
      {"layout", "elements swapped", rosen,
       changed(rosenbrock_gradient, [](View, Out g) { std::swap(g[1], g[3]); }), at,
       "elements 1 and 3 are swapped"},
      {"part", "one element", rosen, changed(rosenbrock_gradient, [](View, Out g) { g[2] *= 1.5; }),
       at, "only this element is wrong: it is 1.5 times"},
      {"part", "the last element 0", rosen,
       changed(rosenbrock_gradient, [](View, Out g) { g[3] = 0; }), at,
       "only this element is wrong"},
      {"part",
       "where x is negative",
       [](View x) {
         double s = 0;
         for (const double v : x) s += std::pow(std::fabs(v), 3);
         return Vec{s};
       },
       [](View x, Out g) {
         for (std::size_t i = 0; i < x.size(); ++i) g[i] = 3 * x[i] * x[i];
       },
       {-1, 2, -0.5, 0.7, -3, 1.5},
       "where x is negative"},
      {"part",
       "where x is positive",
       [](View x) {
         double s = 0;
         for (const double v : x) s += v > 0 ? std::exp(-v) : 1 - v;
         return Vec{s};
       },
       [](View x, Out g) {
         for (std::size_t i = 0; i < x.size(); ++i) g[i] = x[i] > 0 ? std::exp(-x[i]) : -1;
       },
       {-1, 2, -0.5, 0.7, -3, 1.5},
       "where x is positive"},
      {"part",
       "the diagonal of a Jacobian",
       linear3,
       changed(linear3_jacobian, [](View, Out j) { j[0] = j[4] = j[8] = 1; }),
       {1, 2, 3},
       "wrong only on the diagonal"},
      {"part",
       "beside the diagonal",
       [](View x) {
         return Vec{x[0] * x[1] * x[2], x[0] + x[1] * x[1], x[2] * x[0]};
       },
       [](View x, Out j) {
         std::fill(j.begin(), j.end(), 0.0);
         j[0] = x[1] * x[2];
         j[4] = 2 * x[1];
         j[8] = x[0];
       },
       {1.5, 2, 3},
       "beside the diagonal"},
      {"term", "the penalty forgotten",
       [](View x) { return Vec{rosenbrock(x) + 0.5 * mean_square(x)}; }, rosenbrock_gradient, at,
       "each element is 0.25 x too small"},
      {"term", "a constant too much", rosen,
       changed(rosenbrock_gradient,
               [](View, Out g) {
                 for (double& v : g) v += 0.25;
               }),
       at, "0.25 too large"},
      {"term", "the inner derivative", entropy,
       [](View x, Out g) {
         double sum = 0;
         for (const double v : x) sum += std::exp(v);
         for (std::size_t i = 0; i < x.size(); ++i) g[i] = 1 / sum - (i == 0 ? 1 : 0);
       },
       logits, ""},
      {"term",
       "half of the product rule",
       [](View x) { return Vec{x[0] * std::exp(x[0]) * x[1]}; },
       [](View x, Out g) {
         g[0] = std::exp(x[0]) * x[1];
         g[1] = x[0] * std::exp(x[0]);
       },
       {0.7, 2},
       ""},
      {"term",
       "the quotient's square",
       [](View x) { return Vec{x[0] / x[1]}; },
       [](View x, Out g) {
         g[0] = 1 / x[1];
         g[1] = -x[0] / x[1];
       },
       {3, 2},
       ""},
      {"term", "the softmax's normalisation", entropy,
       [](View x, Out g) {
         for (std::size_t i = 0; i < x.size(); ++i) g[i] = std::exp(x[i]) - (i == 0 ? 1 : 0);
       },
       logits, ""},
      {"precision", "a float in the gradient", rosen,
       changed(rosenbrock_gradient,
               [](View, Out g) {
                 for (double& v : g) v *= 1 + 4e-6;
               }),
       at, "some digits only"},
      {"precision",
       "pi as 3.1416",
       [](View x) { return Vec{std::sin(M_PI * x[0])}; },
       [](View x, Out g) { g[0] = 3.1416 * std::cos(3.1416 * x[0]); },
       {0.3},
       "some digits only"},
  };
}

}  // namespace tapegrad::test
