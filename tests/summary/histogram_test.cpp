#include "summary/histogram.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <vector>

#include "support/catch.hpp"

using tapegrad::summary::Histogram;
using tapegrad::summary::histogram_of;

namespace {

/// By definition: a bucket has the values from the limit before it up to its own.
void check_counts(const Histogram& h, const std::vector<double>& values) {
  double below = -std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < h.limits.size(); ++i) {
    const auto inside = std::count_if(values.begin(), values.end(), [&](double v) {
      return v >= below && v < h.limits[i] && std::isfinite(v);
    });
    CHECK(h.counts[i] == static_cast<double>(inside));
    below = h.limits[i];
  }
}

}  // namespace

TEST_CASE("a histogram counts every finite value in the bucket that holds it", "[summary]") {
  const double inf = std::numeric_limits<double>::infinity();
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<double> values{-1e300, -2.5, -1e-13, 0,   0,    1e-13, 0.7,
                                   0.71,   3,    1e300,  inf, -inf, nan};
  const Histogram h = histogram_of(values);
  CHECK(h.count == 10);
  CHECK(h.min == -1e300);
  CHECK(h.max == 1e300);
  REQUIRE(h.limits.size() == h.counts.size());
  CHECK(std::is_sorted(h.limits.begin(), h.limits.end()));
  CHECK(h.limits.back() == std::numeric_limits<double>::max());
  check_counts(h, values);
}

TEST_CASE("moments of a histogram are those of its values", "[summary]") {
  std::vector<double> values(101);
  std::iota(values.begin(), values.end(), -50.0);
  const Histogram h = histogram_of(values);
  CHECK(h.sum == 0);
  CHECK(h.sum_squares == 2 * 50 * 51 * 101 / 6);
}

TEST_CASE("buckets next to each other that are empty are one", "[summary]") {
  const Histogram h = histogram_of(std::vector<double>{5});
  REQUIRE(h.counts.size() == 3);
  CHECK(h.counts == std::vector<double>{0, 1, 0});
  CHECK(h.limits[0] <= 5);
  CHECK(h.limits[1] > 5);
  CHECK(h.limits[1] / h.limits[0] == Approx(1.1));
  CHECK(histogram_of(std::vector<double>()).counts == std::vector<double>{0});
}

TEST_CASE("numbers of every size, float32 and float64, fall into the bucket that holds them",
          "[summary]") {
  std::mt19937_64 random(1);
  std::vector<double> values;
  for (int exponent = -60; exponent <= 90; ++exponent) {
    for (int i = 0; i < 200; ++i) {
      const double v = std::ldexp(std::uniform_real_distribution<double>(1, 2)(random), exponent);
      values.push_back(i % 2 == 0 ? v : -v);
    }
  }
  const std::vector<float> rounded(values.begin(), values.end());
  check_counts(histogram_of(values), values);
  check_counts(histogram_of(rounded), {rounded.begin(), rounded.end()});
}

TEST_CASE("a value on a limit is in the bucket above it, its neighbours on either side of it",
          "[summary]") {
  std::vector<double> values{0};
  for (double limit = 1e-12; limit < 1e20; limit *= 1.1) {
    for (const double v : {limit, std::nextafter(limit, 0.0), std::nextafter(limit, 1e300)}) {
      values.push_back(v);
      values.push_back(-v);
    }
  }
  check_counts(histogram_of(values), values);
  check_counts(histogram_of(std::vector<double>{1e-12}), {1e-12});
  const double most = std::numeric_limits<double>::max();
  CHECK(histogram_of(std::vector<double>{most, -most}).count == 2);
}
