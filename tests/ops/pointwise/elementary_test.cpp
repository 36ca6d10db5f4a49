// The elementary functions where their ranges end. docs/accuracy.md has their errors in between.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>
#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;

namespace {

using Function = Tensor (*)(const Tensor&);

template <class T>
T value(Function f, T x) {
  const Tensor y = f(Tensor::from_vector<T>({x}));
  return y.item<T>();
}

/// Neighbours in T, so that 0 is one unit away from the smallest subnormal.
template <class T>
long double units_between(T a, long double b) {
  int exponent = 0;
  std::frexp(b, &exponent);
  using Limits = std::numeric_limits<T>;
  const long double unit =
      std::ldexp(1.0L, std::max(exponent, Limits::min_exponent) - Limits::digits);
  return std::abs(static_cast<long double>(a) - b) / unit;
}

long double exact_sigmoid(long double x) { return 1 / (1 + std::exp(-x)); }
long double exact_softplus(long double x) { return std::log1p(std::exp(x)); }

struct Case {
  const char* name;
  Function f;
  long double (*exact)(long double);
  std::vector<double> at;
};

template <class T>
void check_cases(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    for (const double at : c.at) {
      const T x = static_cast<T>(at);
      INFO(c.name << " of " << x << " is " << value(c.f, x) << ", not " << c.exact(x));
      CHECK(units_between(value(c.f, x), c.exact(x)) <= 2);
    }
  }
}

template <class T>
bool is_zero(T x, bool negative) {
  return x == 0 && std::signbit(x) == negative;
}

template <class T>
void check_special_values() {
  const T inf = std::numeric_limits<T>::infinity();
  const T nan = std::numeric_limits<T>::quiet_NaN();
  CHECK(is_zero(value<T>(exp, -inf), false));
  CHECK(value<T>(exp, T(-0.0)) == 1);
  CHECK(value<T>(exp, inf) == inf);
  CHECK(value<T>(log, 0) == -inf);
  CHECK(value<T>(log, T(-0.0)) == -inf);
  CHECK(std::isnan(value<T>(log, -1)));
  CHECK(std::isnan(value<T>(log, -inf)));
  CHECK(std::isnan(value<T>(log, -std::numeric_limits<T>::denorm_min())));
  CHECK(value<T>(log, inf) == inf);
  CHECK(is_zero(value<T>(log, 1), false));
  CHECK(value<T>(log1p, -1) == -inf);
  CHECK(std::isnan(value<T>(log1p, std::nextafter(T(-1), T(-2)))));
  CHECK(std::isnan(value<T>(log1p, -inf)));
  CHECK(value<T>(log1p, inf) == inf);
  CHECK(std::isnan(value<T>(sqrt, -std::numeric_limits<T>::denorm_min())));
  CHECK(value<T>(sqrt, inf) == inf);
  CHECK(value<T>(tanh, inf) == 1);
  CHECK(value<T>(tanh, -inf) == -1);
  CHECK(is_zero(value<T>(sigmoid, -inf), false));
  CHECK(value<T>(sigmoid, inf) == 1);
  CHECK(is_zero(value<T>(softplus, -inf), false));
  CHECK(value<T>(softplus, inf) == inf);
  CHECK(value<T>(expm1, -inf) == -1);
  CHECK(value<T>(expm1, inf) == inf);
  for (const Function f : std::vector<Function>{sin, cos, tan}) {
    CHECK(std::isnan(value<T>(f, inf)));
    CHECK(std::isnan(value<T>(f, -inf)));
  }
  CHECK(value<T>(cos, T(-0.0)) == 1);
  CHECK(value<T>(atan, inf) == std::numbers::pi_v<T> / 2);
  CHECK(value<T>(atan, -inf) == -std::numbers::pi_v<T> / 2);
  CHECK(value<T>(erf, inf) == 1);
  CHECK(value<T>(erf, -inf) == -1);
  CHECK(is_zero(value<T>(erfc, inf), false));
  CHECK(value<T>(erfc, -inf) == 2);
  CHECK(value<T>(erfc, T(-0.0)) == 1);
  for (const Function f : std::vector<Function>{log1p, sqrt, tanh, expm1, sin, tan, atan, erf}) {
    CHECK(is_zero(value<T>(f, T(0.0)), false));
    CHECK(is_zero(value<T>(f, T(-0.0)), true));
  }
  for (const Function f : std::vector<Function>{exp, log, log1p, sqrt, tanh, sigmoid, softplus,
                                                expm1, sin, cos, tan, atan, erf, erfc}) {
    CHECK(std::isnan(value(f, nan)));
    CHECK(std::isnan(value(f, -nan)));
  }
}

}  // namespace

TEST_CASE("elementary functions reach the ends of float32", "[ops][elementary]") {
  CHECK(value(exp, 88.5F) == Approx(2.723e38).epsilon(1e-3));
  CHECK(value(sigmoid, -100.0F) ==
        Approx(3.78e-44).epsilon(0.02));  // 27 of the smallest subnormals
  CHECK(value(softplus, 1000.0F) == 1000);
  check_cases<float>({
      {"exp",
       exp,
       std::exp,
       {88.5, 88.72283, 88.3, -87.33, -87.34, -88, -95, -100, -103.27, -103.9}},
      {"exp", exp, std::exp, {-103.97, -103.98, -104, -200, -1e30, 1e-30, 1e-45}},
      {"log", log, std::log, {1e-45, 3e-45, 1e-40, 1.17e-38, 1.18e-38, 3.4e38}},
      {"log1p", log1p, std::log1p, {1e-45, -1e-40, 1e-20, 1e9, 3.4e38, -0.9999999}},
      {"sqrt", sqrt, std::sqrt, {1e-45, 1e-40, 3.4e38}},
      {"tanh", tanh, std::tanh, {1e-45, -1e-40, 1e-20, 0.62, 0.63, -9, 10, 88, 3.4e38}},
      {"sigmoid", sigmoid, exact_sigmoid, {-80, -87.4, -88, -100, -103.9, -104, 16, 17, 100}},
      {"softplus", softplus, exact_softplus, {-80, -88, -100, -103.9, -104, 50, 100, 1000}},
      {"expm1", expm1, std::expm1, {1e-45, -1e-40, 0.3466, -0.3466, 0.347, -40, 87.1, 88.7}},
      // Beside multiples of a quarter of a turn, and around 2^13, from where on libm computes.
      {"sin", sin, std::sin, {1e-45, -1e-40, 3.14159274, 710, 8191.99951, 8192, 8192.001, 1e30}},
      {"cos", cos, std::cos, {1e-45, 1.57079637, 7068.58349, -8191.99951, 8193, 3.4e38}},
      {"tan", tan, std::tan, {-1e-40, 1.57079637, 3.14159274, 7068.58349, 8192.001, -1e30}},
      {"atan", atan, std::atan, {1e-45, -1e-40, 1, 1.0000001, -0.9999999, 1e30, 3.4e38}},
      {"erf", erf, std::erf, {1e-45, -1e-40, 0.9999999, 1, -1.0000001, 4, -10.4, 3.4e38}},
      {"erfc", erfc, std::erfc, {1e-45, -1e-40, 0.79, -0.81, -3, 9.4, 10, 10.06, 10.6, 3.4e38}},
  });
  CHECK(value(exp, 88.73F) == std::numeric_limits<float>::infinity());
}

TEST_CASE("elementary functions reach the ends of float64", "[ops][elementary]") {
  CHECK(value(log, 1e-310) == Approx(-713.801378828154).epsilon(1e-14));
  check_cases<double>({
      {"exp", exp, std::exp, {709.7, 709.782712893, 709.1, -708.3, -708.5, -730, -740, -745.1}},
      {"exp", exp, std::exp, {-745.13, -745.14, -746, -1e3, -1e300, 1e-300, 5e-324}},
      {"log", log, std::log, {5e-324, 1e-320, 1e-310, 2.2e-308, 2.3e-308, 1.7e308}},
      {"log1p", log1p, std::log1p, {5e-324, -1e-310, 1e-20, 1e18, 1.7e308, -0.9999999999999999}},
      {"sqrt", sqrt, std::sqrt, {5e-324, 1e-310, 1.7e308}},
      {"tanh", tanh, std::tanh, {5e-324, -1e-310, 1e-20, 0.62, 0.63, -19, 20, 710, 1.7e308}},
      {"sigmoid", sigmoid, exact_sigmoid, {-700, -709, -720, -745.1, -746, 36, 37, 800}},
      {"softplus", softplus, exact_softplus, {-700, -709, -720, -745.1, -746, 50, 1e3, 1e4}},
      {"expm1", expm1, std::expm1, {5e-324, -1e-310, 0.3466, -0.3466, 0.347, -700, 708.1, 709.7}},
      // Around 2^20 the C library takes over.
      {"sin", sin, std::sin, {5e-324, -1e-310, 3.141592653589793, 710, 1048575.9, 1048577, 1e300}},
      {"cos", cos, std::cos, {5e-324, 1.5707963267948966, -1048575.9, 1048577, 1.7e308}},
      {"tan", tan, std::tan, {-1e-310, 1.5707963267948966, 3.141592653589793, 1048577, -1e300}},
      {"atan", atan, std::atan, {5e-324, -1e-310, 1, 1.0000000000000002, 1e300, -1.7e308}},
  });
  CHECK(value(exp, 709.79) == std::numeric_limits<double>::infinity());
}

TEST_CASE("zeros, infinities and NaN pass through elementary functions", "[ops][elementary]") {
  SECTION("float32") { check_special_values<float>(); }
  SECTION("float64") { check_special_values<double>(); }
}

namespace {

/// Every value of f(x), whose elements lie in any way, has the bits of f of that number alone.
template <class T>
void check_places(Function f) {
  const std::vector<double> kinds = {-1e-40, 0.3, -0.7, -95, 88.5, 1e-42, 2.5, 1e30, -0.0, 12};
  for (const std::int64_t n : {1, 2, 3, 5, 8, 13, 31, 64, 70}) {
    std::vector<T> x;
    std::vector<T> wide;  // each number followed by one that isn't looked at
    for (std::int64_t i = 0; i < n; ++i) {
      x.push_back(static_cast<T>(kinds[static_cast<std::size_t>(i * 7 % 10)]));
      wide.insert(wide.end(), {x.back(), T(3)});
    }
    const std::vector<T> dense = f(Tensor::from_vector(std::vector<T>(x))).template to_vector<T>();
    const Tensor columns = Tensor::from_vector(std::move(wide)).reshape({n, 2});
    const std::vector<T> strided = f(columns.select(1, 0)).template to_vector<T>();
    for (std::size_t i = 0; i < x.size(); ++i) {
      const T alone = value(f, x[i]);
      if (std::isnan(alone)) continue;
      CHECK(dense[i] == alone);
      CHECK(strided[i] == alone);
    }
  }
}

}  // namespace

TEST_CASE("an elementary function's bits depend on the number alone", "[ops][elementary]") {
  for (const Function f : std::vector<Function>{exp, log, log1p, sqrt, tanh, sigmoid, softplus,
                                                expm1, sin, cos, tan, atan, erf, erfc}) {
    check_places<float>(f);
    check_places<double>(f);
  }
}
