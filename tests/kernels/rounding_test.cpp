#include "kernels/rounding.hpp"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <type_traits>

#include "kernels/simd.hpp"
#include "support/catch.hpp"

using namespace tapegrad;

namespace {

template <class T>
using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;

template <class T>
bool same(T a, T b) {
  return std::bit_cast<Bits<T>>(a) == std::bit_cast<Bits<T>>(b) || (a != a && b != b);
}

/// Numbers of all sizes, many of them around 1 to 2^60, where there are fractions.
template <class T>
T number(std::mt19937_64& random) {
  const auto any = std::bit_cast<T>(static_cast<Bits<T>>(random()));
  if (random() % 2 == 0) return any;
  const T near = static_cast<T>(static_cast<std::int64_t>(random() >> random() % 60));
  return near / static_cast<T>(std::int64_t{1} << random() % 8);
}

template <class T>
void check_rounded(T x) {
  using V = kernels::Batch<T>;
  CAPTURE(x, sizeof(T));
  CHECK(same(kernels::floor(V(x)).get(0), std::floor(x)));
  CHECK(same(kernels::ceil(V(x)).get(0), std::ceil(x)));
  CHECK(same(kernels::trunc(V(x)).get(0), std::trunc(x)));
  CHECK(same(kernels::round(V(x)).get(0), std::nearbyint(x)));
}

template <class T>
void check_rounding() {
  const T infinity = std::numeric_limits<T>::infinity();
  for (const T x : {T(0), T(0.25), T(0.5), T(0.75), T(1), T(1.5), T(2.5), T(1e-30), infinity,
                    std::numeric_limits<T>::quiet_NaN(), std::numeric_limits<T>::denorm_min()}) {
    check_rounded(x);
    check_rounded(-x);
  }
  std::mt19937_64 random(7);
  for (int i = 0; i < 20'000; ++i) check_rounded(number<T>(random));
}

}  // namespace

TEST_CASE("batches are rounded as single numbers are", "[kernels][rounding]") {
  check_rounding<float>();
  check_rounding<double>();
}

TEST_CASE("a remainder is that of fmod to the last bit", "[kernels][rounding]") {
  std::mt19937_64 random(8);
  for (int i = 0; i < 100'000; ++i) {
    const auto y = number<float>(random);
    // A third of them is a whole multiple, or next to one.
    const float x = i % 3 == 0 ? std::nextafter(y * static_cast<float>(random() % 1000),
                                                i % 2 == 0 ? 0.0f : 1e38f)
                               : number<float>(random);
    CAPTURE(x, y);
    CHECK(same(kernels::fmod(x, y), std::fmod(x, y)));
  }
  const float infinity = std::numeric_limits<float>::infinity();
  for (const float x : {0.0f, -0.0f, 1.0f, -3.5f, infinity, std::nanf("")}) {
    for (const float y : {0.0f, 1.0f, -1.5f, infinity, -infinity, std::nanf("")}) {
      CAPTURE(x, y);
      CHECK(same(kernels::fmod(x, y), std::fmod(x, y)));
    }
  }
}
