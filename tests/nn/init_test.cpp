#include <algorithm>
#include <cmath>

#include "support/catch.hpp"
#include "tapegrad/nn/init.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/random.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using nn::init::Fan;
using nn::init::Nonlinearity;

namespace {

struct Moments {
  double mean = 0;
  double deviation = 0;
  double largest = 0;
};

Moments moments_of(const Tensor& x) {
  const auto values = x.to_vector<double>();
  const double n = static_cast<double>(values.size());
  Moments m;
  for (const double v : values) m.mean += v / n;
  for (const double v : values) {
    m.deviation += (v - m.mean) * (v - m.mean) / n;
    m.largest = std::max(m.largest, std::abs(v));
  }
  m.deviation = std::sqrt(m.deviation);
  return m;
}

/// 100,000 elements: fan_in 200, fan_out 500.
Tensor weight() { return empty({500, 200}, {.dtype = float64, .requires_grad = true}); }

// The deviation of n samples strays by at most deviation / sqrt(2n) for the distributions here
// (uniform less than normal), the mean by deviation / sqrt(n); four of each are allowed.
void check_moments(const Tensor& x, double deviation) {
  const Moments m = moments_of(x);
  const double n = static_cast<double>(x.numel());
  CHECK(std::abs(m.mean) < 4 * deviation / std::sqrt(n));
  CHECK(std::abs(m.deviation - deviation) < 4 * deviation / std::sqrt(2 * n));
}

}  // namespace

TEST_CASE("uniform and normal beginnings have their moments", "[nn][init]") {
  manual_seed(1);
  check_moments(nn::init::uniform_(weight(), -0.5, 0.5), 1 / std::sqrt(12.0));
  check_moments(nn::init::normal_(weight(), 0, 0.02), 0.02);
}

TEST_CASE("xavier keeps the variance of both directions", "[nn][init]") {
  manual_seed(2);
  const double deviation = 1.5 * std::sqrt(2.0 / 700);
  check_moments(nn::init::xavier_normal_(weight(), 1.5), deviation);
  const Tensor uniform = nn::init::xavier_uniform_(weight(), 1.5);
  check_moments(uniform, deviation);
  CHECK(moments_of(uniform).largest <= 1.5 * std::sqrt(6.0 / 700));
}

TEST_CASE("kaiming keeps the variance of one direction", "[nn][init]") {
  manual_seed(3);
  const Tensor normal =
      nn::init::kaiming_normal_(weight(), {.mode = Fan::out, .nonlinearity = Nonlinearity::relu});
  check_moments(normal, std::sqrt(2.0 / 500));
  const Tensor uniform = nn::init::kaiming_uniform_(weight(), {.a = 0.2});
  check_moments(uniform, std::sqrt(2 / 1.04 / 200));
  CHECK(moments_of(uniform).largest <= std::sqrt(6 / 1.04 / 200));
}

TEST_CASE("gains are PyTorch's", "[nn][init]") {
  // torch.nn.init.calculate_gain of each.
  using nn::init::calculate_gain;
  CHECK(calculate_gain(Nonlinearity::linear) == 1);
  CHECK(calculate_gain(Nonlinearity::sigmoid) == 1);
  CHECK(calculate_gain(Nonlinearity::tanh) == Approx(1.6666666666666667).epsilon(1e-15));
  CHECK(calculate_gain(Nonlinearity::relu) == Approx(1.4142135623730951).epsilon(1e-15));
  CHECK(calculate_gain(Nonlinearity::leaky_relu) == Approx(1.4141428569978354).epsilon(1e-15));
  CHECK(calculate_gain(Nonlinearity::leaky_relu, 0.2) == Approx(1.3867504905630728).epsilon(1e-15));
  CHECK(calculate_gain(Nonlinearity::selu) == 0.75);
}

TEST_CASE("fans count the elements of a kernel", "[nn][init]") {
  const nn::init::Fans fans = nn::init::calculate_fans(empty({8, 3, 5, 5}));
  CHECK(fans.in == 75);
  CHECK(fans.out == 200);
  CHECK_THROWS_AS(nn::init::calculate_fans(empty({8})), ShapeError);
  CHECK_THROWS_AS(nn::init::xavier_normal_(empty({8})), ShapeError);
}

TEST_CASE("beginnings change a trained leaf in place, outside the tape", "[nn][init]") {
  Tensor w = weight();
  const Tensor same = nn::init::constant_(w, 2.5);
  CHECK(same.is_same(w));
  CHECK(w.is_leaf());
  CHECK(w.requires_grad());
  CHECK(w.to_vector<double>() == std::vector<double>(100000, 2.5));
  CHECK(nn::init::ones_(w).to_vector<double>() == std::vector<double>(100000, 1));
  CHECK(nn::init::zeros_(w).to_vector<double>() == std::vector<double>(100000, 0));
  CHECK(nn::init::kaiming_uniform_(empty({0, 3})).numel() == 0);
}

TEST_CASE("a generator of one's own makes a beginning repeatable", "[nn][init]") {
  Generator a(9);
  Generator b(9);
  CHECK(nn::init::kaiming_normal_(weight(), {}, a).to_vector<double>() ==
        nn::init::kaiming_normal_(weight(), {}, b).to_vector<double>());
}
