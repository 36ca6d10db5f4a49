// A program outside the project that tests a gradient of its own, with the header alone.
#include <cstdio>
#include <span>
#include <vector>

#include <tapegrad/gradtest.hpp>

namespace gt = tapegrad::gradtest;

namespace {

double paraboloid(std::span<const double> x) { return x[0] * x[0] + 3 * x[1] * x[1]; }

void gradient(std::span<const double> x, std::span<double> g) {
  g[0] = 2 * x[0];
  g[1] = 6 * x[1];
}

void half(std::span<const double> x, std::span<double> g) {
  g[0] = x[0];
  g[1] = 3 * x[1];
}

}  // namespace

int main() {
  const std::vector<double> x{1, 2};
  const gt::Report right = gt::check(paraboloid, gradient, x);
  const gt::Report wrong = gt::check(paraboloid, half, x);
  std::printf("%s%s", right.text().c_str(), wrong.text().c_str());
  return right && !wrong ? 0 : 1;
}
