// Derivatives with a mistake in them, by kind, as people make them. Each is checked at the point
// that it names; a checker that says "ok" has missed it.
#pragma once

#include <cmath>
#include <cstddef>
#include <functional>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "gradtest/functions.hpp"

namespace tapegrad::test {

using View = std::span<const double>;
using Out = std::span<double>;

/// A function of several numbers, and a derivative of it that is wrong. `rows` is 1 for gradients.
struct Mistake {
  const char* kind;
  const char* name;
  std::function<Vec(View)> f;
  std::function<void(View, Out)> derivative;
  Vec x;
  /// A part of the diagnosis, where the pattern allows one; empty where it doesn't.
  const char* diagnosis = "";
};

inline double rosenbrock(View x) {
  double sum = 0;
  for (std::size_t i = 0; i + 1 < x.size(); ++i) {
    sum += 100 * std::pow(x[i + 1] - x[i] * x[i], 2) + std::pow(1 - x[i], 2);
  }
  return sum;
}

inline void rosenbrock_gradient(View x, Out g) {
  std::fill(g.begin(), g.end(), 0.0);
  for (std::size_t i = 0; i + 1 < x.size(); ++i) {
    const double d = x[i + 1] - x[i] * x[i];
    g[i] += -400 * x[i] * d - 2 * (1 - x[i]);
    g[i + 1] += 200 * d;
  }
}

/// -log softmax(x)[0], and its gradient softmax(x) - e0.
inline double cross_entropy(View x) {
  double sum = 0;
  for (const double v : x) sum += std::exp(v);
  return std::log(sum) - x[0];
}

inline void cross_entropy_gradient(View x, Out g) {
  double sum = 0;
  for (const double v : x) sum += std::exp(v);
  for (std::size_t i = 0; i < x.size(); ++i) g[i] = std::exp(x[i]) / sum - (i == 0 ? 1 : 0);
}

/// The mean of squares and its gradient 2 x / n.
inline double mean_square(View x) {
  return std::inner_product(x.begin(), x.end(), x.begin(), 0.0) / static_cast<double>(x.size());
}

/// Cartesian coordinates of a two-jointed arm's hand and elbow, and their Jacobian.
inline Vec arm(View q) {
  return {std::cos(q[0]) + 0.5 * std::cos(q[0] + q[1]),
          std::sin(q[0]) + 0.5 * std::sin(q[0] + q[1])};
}

inline void arm_jacobian(View q, Out j) {
  j[0] = -std::sin(q[0]) - 0.5 * std::sin(q[0] + q[1]);
  j[1] = -0.5 * std::sin(q[0] + q[1]);
  j[2] = std::cos(q[0]) + 0.5 * std::cos(q[0] + q[1]);
  j[3] = 0.5 * std::cos(q[0] + q[1]);
}

/// A linear map of three numbers, not symmetric.
inline Vec linear3(View x) {
  return {2 * x[0] - x[1] + 3 * x[2], 4 * x[1] + x[2], -x[0] + 5 * x[2]};
}

inline void linear3_jacobian(View, Out j) {
  const double a[] = {2, -1, 3, 0, 4, 1, -1, 0, 5};
  std::copy(std::begin(a), std::end(a), j.begin());
}

/// Wraps a function of several numbers with one value.
inline std::function<Vec(View)> scalar(double (*f)(View)) {
  return [f](View x) { return Vec{f(x)}; };
}

/// A derivative, then something done to what it wrote.
template <class D, class Change>
std::function<void(View, Out)> changed(D derivative, Change change) {
  return [derivative, change](View x, Out g) {
    derivative(x, g);
    change(x, g);
  };
}

inline auto times(double factor) {
  return [factor](View, Out g) {
    for (double& v : g) v *= factor;
  };
}

/// What the pattern of wrong elements may tell.
std::vector<Mistake> mistakes_in_patterns();
/// Tiny, huge, steep, noisy, kinked.
std::vector<Mistake> mistakes_of_size_and_place();
/// Not written, added up, remembered; right at lucky points alone.
std::vector<Mistake> mistakes_of_contract();

}  // namespace tapegrad::test
