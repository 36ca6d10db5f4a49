// Ranges, also those whose ends are further apart than any number of their type. Expected values
// are closed forms.
#include "tapegrad/ops/create/range.hpp"

#include <cmath>
#include <limits>

#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/ops/create.hpp"

using namespace tapegrad;
using test::error_of;
using Floats = std::vector<float>;
using Doubles = std::vector<double>;
using Ints = std::vector<std::int64_t>;

TEST_CASE("linspace reaches between any two finite ends", "[create][range]") {
  const TensorOptions f64{.dtype = float64};
  constexpr double most = std::numeric_limits<double>::max();
  CHECK(linspace(-1e308, 1e308, 1, f64).to_vector<double>() == Doubles{-1e308});
  CHECK(linspace(-1e308, 1e308, 2, f64).to_vector<double>() == Doubles{-1e308, 1e308});
  CHECK(linspace(-1e308, 1e308, 3, f64).to_vector<double>() == Doubles{-1e308, 0, 1e308});
  CHECK(linspace(1e308, -1e308, 5, f64).to_vector<double>() ==
        Doubles{1e308, 0.5e308, 0, -0.5e308, -1e308});
  for (const std::int64_t steps : {3, 4, 7, 8, 1001}) {
    const Doubles x = linspace(-most, most, steps, f64).to_vector<double>();
    for (std::size_t i = 0; i < x.size(); ++i) {
      // The range of long double is wider.
      const long double part =
          2 * static_cast<long double>(i) / static_cast<long double>(steps - 1);
      const long double right = (part - 1) * most;
      CHECK(std::abs(static_cast<double>(x[i] - right)) <= most * 0x1p-51);
    }
  }
  CHECK(linspace(-3e38, 3e38, 3).to_vector<float>() == std::vector<float>{-3e38f, 0, 3e38f});
}

TEST_CASE("arange reaches between any two finite ends", "[create][range]") {
  CHECK(arange(-1.5e308, 1.5e308, 1e308, {.dtype = float64}).to_vector<double>() ==
        Doubles{-1.5e308, -0.5e308, 0.5e308});
}

TEST_CASE("a range of integers is counted in integers, whatever the type is", "[create][range]") {
  const std::int64_t odd = (std::int64_t{1} << 53) + 1;  // float64 would start at 2^53
  CHECK(arange(odd, odd + 3, 1, {.dtype = float64}).to_vector<double>() ==
        Doubles{0x1p53, 0x1p53 + 2, 0x1p53 + 4});
  CHECK(arange(5, 0, -2, {.dtype = float32}).to_vector<float>() == std::vector<float>{5, 3, 1});
}

TEST_CASE("an integer range of more than 2^63 steps is refused", "[create][range]") {
  const std::int64_t least = std::numeric_limits<std::int64_t>::min();
  CHECK_THROWS_AS(arange(0, least, -1), ShapeError);
  CHECK(arange(0, least, least).to_vector<std::int64_t>() == std::vector<std::int64_t>{0});
  CHECK(arange(-1, least, least).to_vector<std::int64_t>() == std::vector<std::int64_t>{-1});
}

TEST_CASE("linspace of integers is exact, however far apart the ends are", "[create][range]") {
  using Integers = std::vector<std::int64_t>;
  constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  const TensorOptions i64{.dtype = int64};
  const auto of = [&](std::int64_t from, std::int64_t to, std::int64_t steps) {
    return linspace(from, to, steps, i64).to_vector<std::int64_t>();
  };
  const std::int64_t odd = (std::int64_t{1} << 53) + 1;
  CHECK(of(odd, odd + 2, 3) == Integers{odd, odd + 1, odd + 2});
  CHECK(of(least, most, 2) == Integers{least, most});
  CHECK(of(most, least, 4) == Integers{most, most / 3, -(most / 3) - 1, least});
  CHECK(of(0, 10, 4) == Integers{0, 3, 6, 10});
  CHECK(of(-10, 10, 8) == Integers{-10, -7, -4, -1, 1, 4, 7, 10});
  CHECK(of(10, -10, 8) == Integers{10, 7, 4, 1, -1, -4, -7, -10});
  CHECK(of(7, 9, 1) == Integers{7});
  CHECK(of(7, 9, 0).empty());
}

TEST_CASE("arange counts in integers or floats", "[create]") {
  CHECK(arange(4).dtype() == int64);
  CHECK(arange(4).to_vector<std::int64_t>() == Ints{0, 1, 2, 3});
  CHECK(arange(2, 9, 3).to_vector<std::int64_t>() == Ints{2, 5, 8});
  CHECK(arange(2, 8, 3).to_vector<std::int64_t>() == Ints{2, 5});
  CHECK(arange(5, 0, -2).to_vector<std::int64_t>() == Ints{5, 3, 1});
  CHECK(arange(3, 3).shape() == Shape{0});
  CHECK(arange(0).shape() == Shape{0});
  CHECK(arange(2.5).dtype() == float32);
  CHECK(arange(2.5).to_vector<float>() == Floats{0, 1, 2});
  CHECK(arange(1, 2, 0.25).to_vector<float>() == Floats{1, 1.25, 1.5, 1.75});
  CHECK(arange(1.0, 0.0, -0.5).to_vector<float>() == Floats{1, 0.5});
  CHECK(arange(3, {.dtype = float64}).to_vector<double>() == Doubles{0, 1, 2});
  CHECK(arange(256, {.dtype = uint8}).to_vector<std::int64_t>().back() == 255);
  CHECK(arange(3, {.dtype = float32, .requires_grad = true}).requires_grad());
  // Every element comes from its index: no sum of roundings.
  CHECK(arange(0, 1, 0.1, {.dtype = float64}).to_vector<double>()[7] == 7 * 0.1);
}

TEST_CASE("arange refuses steps that lead nowhere", "[create]") {
  CHECK_THROWS_AS(arange(0, 4, 0), ShapeError);
  CHECK_THROWS_AS(arange(0.0, 4.0, 0.0), ShapeError);
  CHECK_THROWS_AS(arange(0, 4, -1), ShapeError);
  CHECK_THROWS_AS(arange(4.0, 0.0), ShapeError);
  CHECK_THROWS_AS(arange(0, std::numeric_limits<double>::infinity()), ShapeError);
  CHECK_THROWS_AS(arange(std::numeric_limits<double>::quiet_NaN()), ShapeError);
  CHECK_THROWS_AS(arange(257, {.dtype = uint8}), DTypeError);
  CHECK_THROWS_AS(arange(2, {.dtype = boolean}), DTypeError);
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  CHECK_THROWS_AS(arange(-most, most), ShapeError);
}

TEST_CASE("linspace reaches both ends exactly", "[create]") {
  CHECK(linspace(0, 1, 5).to_vector<float>() == Floats{0, 0.25, 0.5, 0.75, 1});
  CHECK(linspace(3, -1, 3).to_vector<float>() == Floats{3, 1, -1});
  CHECK(linspace(2, 7, 1).to_vector<float>() == Floats{2});
  CHECK(linspace(2, 7, 0).shape() == Shape{0});
  CHECK(linspace(0, 9, 4, {.dtype = int64}).to_vector<std::int64_t>() == Ints{0, 3, 6, 9});
  const Doubles x = linspace(-0.1, 0.1, 1001, {.dtype = float64}).to_vector<double>();
  CHECK(x.back() == 0.1);
  for (std::size_t i = 0; i < x.size(); ++i) {
    // The step is off by half a unit in the last place, 500 times over.
    CHECK(x[i] == Approx(-0.1 + 0.0002 * static_cast<double>(i)).margin(500 * 2e-20));
  }
  CHECK_THROWS_AS(linspace(0, 1, -1), ShapeError);
  CHECK_THROWS_AS(linspace(0, 1, 2, {.dtype = boolean}), DTypeError);
}

TEST_CASE("logspace() has equal quotients", "[create]") {
  CHECK(logspace(0, 3, 4).to_vector<float>() == std::vector<float>{1, 10, 100, 1000});
  CHECK(logspace(-1, 1, 3, 2, float64).to_vector<double>() == std::vector<double>{0.5, 1, 2});
  CHECK(logspace(2, 5, 1).to_vector<float>() == std::vector<float>{100});
  CHECK(logspace(0, 1, 0).shape() == Shape{0});
  CHECK(error_of([] { logspace(0, 1, -1); }) ==
        "logspace: -1 steps; there can't be fewer than none");
  CHECK_FALSE(error_of([] { logspace(0, 400, 2, 10, {.dtype = int32}); }).empty());
}
