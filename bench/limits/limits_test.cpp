// The hand-written loops compute what they are named after: a limit that skips work is none.
#include <cmath>

#include "linear_regression.hpp"
#include "logistic_regression.hpp"
#include "mlp.hpp"
#include "support/catch.hpp"
#include "transpose.hpp"

namespace {

using limits::Buffer;

/// Lengths around those of registers, and one that is cut for threads.
const std::int64_t lengths[] = {1, 7, 100, 1000, 100'003};

double largest_difference(const Buffer& a, const std::vector<double>& b) {
  double largest = a.size() == b.size() ? 0 : HUGE_VAL;
  for (std::size_t i = 0; i < b.size(); ++i) {
    largest = std::max(largest, std::abs(a[i] - b[i]) / (1 + std::abs(b[i])));
  }
  return largest;
}

}  // namespace

// 1e-6 is eight units in the last place of 1: the vector library promises one or two.
TEST_CASE("functions of each element agree with the C library", "[limits]") {
  for (const std::int64_t n : lengths) {
    const Buffer x = limits::random(n);
    Buffer y = limits::zeros(n);
    std::vector<double> exps, sigmoids;
    for (const float value : x) {
      exps.push_back(std::exp(double{value}));
      sigmoids.push_back(1 / (1 + std::exp(-double{value})));
    }
    limits::map(y, x, [](auto b) { return xsimd::exp(b); });
    CHECK(largest_difference(y, exps) < 1e-6);
    limits::map(y, x, [](auto b) { return limits::sigmoid(b); });
    CHECK(largest_difference(y, sigmoids) < 1e-6);
  }
}

// float32 sums of n numbers in some ten chains lose up to n / 10 roundings; of random signs, far
// less.
TEST_CASE("sums, maxima and softmax agree with naive loops in double", "[limits]") {
  for (const std::int64_t n : lengths) {
    const Buffer x = limits::random(n);
    double sum = 0;
    for (const float value : x) sum += value;
    CHECK(limits::sum(x) == Approx(sum).epsilon(1e-4));
  }
  constexpr std::int64_t rows = 300, columns = 203;
  const Buffer x = limits::random(rows * columns);
  Buffer of_rows = limits::zeros(rows), of_columns = limits::zeros(columns), most = of_rows;
  Buffer probabilities = limits::zeros(rows * columns);
  std::vector<std::int64_t> where(rows);
  limits::sum_rows(of_rows, x);
  limits::sum_columns(of_columns, x);
  limits::max_rows(most, where, x);
  limits::softmax(probabilities, x, columns);
  std::vector<double> row_sums(rows), column_sums(columns), expected;
  for (std::int64_t i = 0; i < rows; ++i) {
    double exps = 0;
    for (std::int64_t j = 0; j < columns; ++j) {
      const float value = x[i * columns + j];
      row_sums[i] += value;
      column_sums[j] += value;
      exps += std::exp(double{value});
      CHECK(value <= most[i]);
    }
    CHECK(x[i * columns + where[i]] == most[i]);
    for (std::int64_t j = 0; j < columns; ++j) {
      expected.push_back(std::exp(double{x[i * columns + j]}) / exps);
    }
  }
  CHECK(largest_difference(of_rows, row_sums) < 1e-5);
  CHECK(largest_difference(of_columns, column_sums) < 1e-5);
  CHECK(largest_difference(probabilities, expected) < 1e-6);
}

TEST_CASE("a transposed copy has every element in its place", "[limits]") {
  for (const std::int64_t n : {1, 15, 16, 300}) {
    const Buffer x = limits::random(n * n);
    Buffer y = limits::zeros(n * n);
    limits::transpose(y, x, n);
    bool right = true;
    for (std::int64_t i = 0; i < n * n; ++i) right = right && y[i % n * n + i / n] == x[i];
    CHECK(right);
  }
}

// With a constant gradient both means are unbiased at once, so that every step has the length of
// the rate.
TEST_CASE("Adam steps by its rate along a constant gradient", "[limits]") {
  Buffer p = limits::zeros(1000);
  const Buffer g(1000, 0.25F);
  limits::Adam adam(1000);
  for (int i = 1; i <= 5; ++i) {
    adam.step(p.data(), g.data(), 0.01F);
    CHECK(p[999] == Approx(-0.01 * i).epsilon(1e-4));
  }
}

TEST_CASE("both linear regressions descend alike, to the line of least squares", "[limits]") {
  limits::Line blas(100), fused(100);
  for (int i = 0; i < 5000; ++i) {
    blas.step_with_blas(0.5F);
    fused.step_fused(0.5F);
  }
  double mean_x = 0, mean_y = 0, xy = 0, xx = 0;
  for (int i = 0; i < 100; ++i) {
    mean_x += blas.x[i] / 100.0;
    mean_y += blas.y[i] / 100.0;
    xy += blas.x[i] * blas.y[i] / 100.0;
    xx += blas.x[i] * blas.x[i] / 100.0;
  }
  const double slope = (xy - mean_x * mean_y) / (xx - mean_x * mean_x);
  CHECK(blas.weight == Approx(slope).margin(1e-4));
  CHECK(fused.weight == Approx(slope).margin(1e-4));
  CHECK(fused.bias == Approx(mean_y - slope * mean_x).margin(1e-4));
  CHECK(fused.loss == Approx(blas.loss).epsilon(1e-4));
}

TEST_CASE("one pass of logistic regression descends as two do, and as far as its gradient says",
          "[limits]") {
  limits::Logistic two(2003, 37), one(2003, 37), small(2003, 37);
  for (limits::Logistic* model : {&two, &one, &small}) {
    for (std::size_t i = 0; i < 2003; ++i) model->y[i] = model->x[37 * i] > 0.5F ? 1 : 0;
  }
  two.step_in_two_passes(0.1F);
  CHECK(two.loss == Approx(std::log(2)).epsilon(1e-5));  // of weights that are zero
  double squares = two.bias * two.bias / 0.01;
  for (const float w : two.weight) squares += w * w / 0.01;
  one.step_in_one_pass(0.1F);
  for (std::size_t j = 0; j < 37; ++j) CHECK(one.weight[j] == Approx(two.weight[j]).margin(1e-6));
  small.step_in_two_passes(1e-2F);
  const float before = small.loss;
  small.step_in_two_passes(1e-2F);
  CHECK(before - small.loss == Approx(1e-2 * squares).epsilon(0.1));  // to first order in the rate
}

TEST_CASE("the perceptron learns its labels by heart with either optimizer", "[limits]") {
  limits::Mlp with_sgd(20, {30, 64, 32, 10}), with_adam(20, {30, 64, 32, 10});
  limits::Adam adam(with_adam.count());
  for (int i = 0; i < 3000; ++i) with_sgd.sgd_step(0.3F);
  for (int i = 0; i < 1000; ++i) with_adam.adam_step(adam, 3e-3F);
  CHECK(with_sgd.loss() < 0.05);
  CHECK(with_adam.loss() < 0.05);
}
