#include "gradtest/mistakes.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

namespace tapegrad::test {

/// State that several calls share, for derivatives that remember.
std::vector<Mistake> mistakes_of_contract() {
  const Vec at{-1.2, 1, 0.5, 2};
  const auto rosen = scalar(rosenbrock);
  const auto cache = std::make_shared<Vec>();
  const auto calls = std::make_shared<int>(0);
  return {
      {"contract", "an element not written", rosen,
       [](View x, Out g) {
         Vec full(x.size());
         rosenbrock_gradient(x, full);
         std::copy(full.begin(), full.end() - 1, g.begin());
       },
       at, ""},
      {"contract", "added to the result", rosen,
       [](View x, Out g) {
         Vec full(x.size());
         rosenbrock_gradient(x, full);
         for (std::size_t i = 0; i < g.size(); ++i) g[i] += full[i];
       },
       at, ""},
      {"contract", "the first point's gradient for ever", rosen,
       [cache](View x, Out g) {
         if (cache->empty()) {
           cache->resize(x.size());
           rosenbrock_gradient(x, *cache);
         }
         std::copy(cache->begin(), cache->end(), g.begin());
       },
       at, ""},
      {"contract", "another result at each call", rosen,
       [calls](View x, Out g) {
         rosenbrock_gradient(x, g);
         g[0] += ++*calls;
       },
       at, ""},
      {"contract", "changes x", rosen,
       [](View x, Out g) {
         rosenbrock_gradient(x, g);
         const_cast<double&>(x[0]) += 1;
       },
       at, ""},
      {"contract", "NaN", rosen, changed(rosenbrock_gradient, [](View, Out g) { g[1] = NAN; }), at,
       "only this element is wrong"},
      {"lucky point",
       "all elements equal",
       scalar(cross_entropy),
       [](View x, Out g) {
         const auto n = static_cast<double>(x.size());
         for (std::size_t i = 0; i < x.size(); ++i) g[i] = 1 / n - (i == 0 ? 1 : 0);
       },
       {1, 1, 1},
       ""},
      {"lucky point",
       "x = 0",
       [](View x) { return Vec{std::sin(x[0]) * std::cos(x[1])}; },
       [](View x, Out g) {
         g[0] = std::cos(x[1]);
         g[1] = -std::sin(x[0]);
       },
       {0, 0},
       ""},
      {"lucky point",
       "x = 1",
       [](View x) { return Vec{x[0] * x[0] * x[0]}; },
       [](View x, Out g) { g[0] = 3 * x[0]; },
       {1},
       ""},
      {"lucky point",
       "x = 1, its logarithm",
       [](View x) { return Vec{std::pow(x[0], 4)}; },
       [](View x, Out g) { g[0] = 4 * x[0] * x[0] + std::log(x[0]); },
       {1},
       ""},
  };
}

}  // namespace tapegrad::test
