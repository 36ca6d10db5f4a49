// Gradients worked out by hand, and whether they are right: tapegrad/gradtest.hpp alone, without
// the library.
#include <cmath>
#include <cstdio>
#include <cstring>
#include <span>
#include <tapegrad/gradtest.hpp>
#include <vector>

namespace gt = tapegrad::gradtest;

namespace {

using View = std::span<const double>;
using Out = std::span<double>;

/// Five examples of two features, and what they are.
constexpr double X[2][5] = {{0.5, -1.2, 2.0, 0.3, -0.7}, {1.5, 0.4, -0.6, -1.1, 0.9}};
constexpr double Y[5] = {1, 0, 1, 0, 1};
constexpr std::size_t examples = 5;

double sigmoid(double z) { return 1 / (1 + std::exp(-z)); }
double activation(View p, std::size_t i) { return sigmoid(p[0] * X[0][i] + p[1] * X[1][i] + p[2]); }

/// The cost of logistic regression: p holds the weights w1 and w2, and the bias b.
double cost(View p) {
  double sum = 0;
  for (std::size_t i = 0; i < examples; ++i) {
    const double a = activation(p, i);
    sum -= Y[i] * std::log(a) + (1 - Y[i]) * std::log(1 - a);
  }
  return sum / examples;
}

/// propagate(w, b, X, Y) of the notes: dw = X (A - Y)' / m, db = sum(A - Y) / m.
void propagate(View p, Out d) {
  d[0] = d[1] = d[2] = 0;
  for (std::size_t i = 0; i < examples; ++i) {
    const double dz = activation(p, i) - Y[i];
    d[0] += X[0][i] * dz / examples;
    d[1] += X[1][i] * dz / examples;
    d[2] += dz / examples;
  }
}

/// Somebody forgot the 1 / m.
void propagate_without_mean(View p, Out d) {
  propagate(p, d);
  for (double& v : d) v *= examples;
}

/// Somebody forgot that d keeps what it held.
void propagate_on_top(View p, Out d) {
  double fresh[3];
  propagate(p, fresh);
  for (std::size_t i = 0; i < 3; ++i) d[i] += fresh[i];
}

/// The loss of one example by its z, and dz = a - y.
double loss(double z) { return -std::log(1 - sigmoid(z)); }
double dz(double z) { return sigmoid(z) - 0; }

bool shown(const char* what, const gt::Report& report) {
  std::printf("%s\n  %s\n", what, report.text().c_str());
  return static_cast<bool>(report);
}

constexpr const char* help =
    "Checks gradients that were worked out by hand, right ones and wrong ones.\n\n"
    "It has no flags but --help. The last line is\n  right=N wrong=N\n";

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1 && std::strcmp(argv[1], "--help") == 0) {
    std::fputs(help, stdout);
    return 0;
  }
  if (argc > 1) {
    std::fprintf(stderr, "check_my_gradient: unknown argument %s; see --help\n", argv[1]);
    return 1;
  }
  int right = 0, wrong = 0;
  const auto count = [&](bool ok) { ++(ok ? right : wrong); };
  count(shown("f(a) = 4a, f'(a) = 4",
              gt::check([](double a) { return 4 * a; }, [](double) { return 4.0; }, 2)));
  count(shown("f(a) = a^2, f'(a) = 2a",
              gt::check([](double a) { return a * a; }, [](double a) { return 2 * a; }, 5)));
  count(shown("f(a) = a^2, f'(a) = a",
              gt::check([](double a) { return a * a; }, [](double a) { return a; }, 5)));
  count(shown("the logistic loss, dz = a - y", gt::check(loss, dz, 0.3)));
  const std::vector<double> p{0.3, -0.1, 0.2};
  const gt::names names{"w1", "w2", "b"};
  count(shown("propagate(w, b, X, Y)", gt::check(cost, propagate, p, names)));
  count(shown("propagate without 1 / m", gt::check(cost, propagate_without_mean, p, names)));
  count(shown("propagate on top of what was there", gt::check(cost, propagate_on_top, p, names)));
  std::printf("right=%d wrong=%d\n", right, wrong);
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    std::perror("check_my_gradient: the output can't be written");
    return 1;
  }
  return 0;
}
