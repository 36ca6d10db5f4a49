// The softmax family where its numbers lie far apart, or so that one outweighs all others.
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;

namespace {

const float inf = std::numeric_limits<float>::infinity();

std::vector<float> of(Tensor (*f)(const Tensor&, AsDim), std::vector<float> x) {
  return f(Tensor::from_vector(std::move(x)), 0).to_vector<float>();
}

float log_sum(std::vector<float> x) {
  return logsumexp(Tensor::from_vector(std::move(x)), 0).item<float>();
}

}  // namespace

TEST_CASE("softmax reaches into the subnormal numbers", "[ops][softmax]") {
  // exp(-100) = 3.720e-44; of 27 smallest subnormals half a one is two percent.
  CHECK(of(softmax, {0, -100})[1] == Approx(3.720076e-44).epsilon(0.02));
  CHECK(of(softmax, {50, -50})[1] == Approx(3.720076e-44).epsilon(0.02));
  CHECK(of(softmax, {0, -104})[1] == 0);
  CHECK(of(softmax, {3e38F, -3e38F}) == std::vector<float>{1, 0});
  CHECK(of(softmax, {1e30F, 0, -inf}) == std::vector<float>{1, 0, 0});
}

TEST_CASE("what outweighs all others has a softmax of exactly 1", "[ops][softmax]") {
  int wrong = 0;
  for (float x = -3000; x < 3000; x += 0.7F) {
    if (of(softmax, {x}) != std::vector<float>{1}) ++wrong;
    if (of(softmax, {x - 20, x, x - 200})[1] != 1) ++wrong;  // the first is 2e-9 of it
    if (of(softmax, {x, x - 30, -inf})[0] != 1) ++wrong;
  }
  CHECK(wrong == 0);
}

TEST_CASE("softmax keeps what the difference to the largest number loses", "[ops][softmax]") {
  // 40.7 and -40.3 have no common grid: their difference is off by up to 2^-18.
  const float most = 40.7F;
  const float least = -40.3F;
  const double exact = std::exp(static_cast<double>(least) - static_cast<double>(most));
  CHECK(of(softmax, {most, least})[1] == Approx(exact).epsilon(3e-7));
}

TEST_CASE("log_softmax keeps what is far below 1 beside the largest number", "[ops][softmax]") {
  // -log(1 + exp(-50))
  CHECK(of(log_softmax, {50, 0})[0] == Approx(-1.928749848e-22).epsilon(1e-6));
  CHECK(of(log_softmax, {50, 0})[1] == -50);
  CHECK(of(log_softmax, {0, -100})[0] == Approx(-3.720076e-44).epsilon(0.02));
  CHECK(of(log_softmax, {3e38F, 0}) == std::vector<float>{0, -3e38F});
  CHECK(of(log_softmax, {-1e30F, -1e30F})[1] == Approx(-std::log(2.0)).epsilon(1e-7));
  CHECK(of(log_softmax, {0, -inf}) == std::vector<float>{0, -inf});
  CHECK(of(log_softmax, {7}) == std::vector<float>{0});
}

TEST_CASE("several largest numbers count each", "[ops][softmax]") {
  for (const int n : {2, 3, 9, 600, 1025}) {
    const std::vector<float> x(static_cast<std::size_t>(n), 5);
    CHECK(of(log_softmax, x).back() == Approx(-std::log(n)).epsilon(1e-6));
    CHECK(log_sum(x) == Approx(5 + std::log(n)).epsilon(1e-6));
  }
}

TEST_CASE("softmax and log_softmax of a row with an infinity or NaN are NaN", "[ops][softmax]") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  using F = Tensor (*)(const Tensor&, AsDim);
  for (const F f : {static_cast<F>(softmax), static_cast<F>(log_softmax)}) {
    for (const std::vector<float>& x :
         {std::vector<float>{inf, 0}, {0, inf}, {-inf, -inf}, {nan, 0}, {0, nan}, {inf, inf}}) {
      for (const float y : of(f, x)) CHECK(std::isnan(y));
    }
  }
  CHECK(log_sum({-inf, -inf}) == -inf);
  CHECK(log_sum({inf, -inf}) == inf);
  CHECK(std::isnan(log_sum({nan, inf})));
}

TEST_CASE("logsumexp keeps what is far below 1 beside 0", "[ops][softmax]") {
  CHECK(log_sum({0, -50}) == Approx(1.928749848e-22).epsilon(1e-6));
  CHECK(log_sum({-100, -300}) == -100);
}
