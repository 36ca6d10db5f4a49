// Numbers of 16 bits against what IEEE 754 says of them.
#include <bit>
#include <cmath>
#include <limits>

#include "support/catch.hpp"
#include "tapegrad/float16.hpp"

using namespace tapegrad;

namespace {

constexpr float infinite = std::numeric_limits<float>::infinity();

template <class T>
T of_bits(unsigned bits) {
  T x;
  x.bits = static_cast<std::uint16_t>(bits);
  return x;
}

/// (-1)^s 2^(e - bias) (1 + f / 2^digits), and without the 1 below the smallest exponent.
double value_of_fields(unsigned bits, int digits, int bias) {
  const int exponent = static_cast<int>(bits & 0x7fffu) >> digits;
  const double fraction = std::ldexp(bits & ((1u << digits) - 1), -digits);
  const double size =
      exponent == 0 ? std::ldexp(fraction, 1 - bias) : std::ldexp(1 + fraction, exponent - bias);
  return (bits & 0x8000u) != 0 ? -size : size;
}

/// Every number of T, and what rounds to it: it itself, and what lies between it and the next.
template <class T>
void check_all(int digits, int bias) {
  const unsigned infinity = std::bit_cast<std::uint16_t>(T(infinite));
  long wrong = 0;
  for (unsigned sign : {0u, 0x8000u}) {
    for (unsigned size = 0; size < infinity; ++size) {
      const double value = value_of_fields(sign | size, digits, bias);
      wrong += static_cast<float>(of_bits<T>(sign | size)) != static_cast<float>(value);
      wrong += T(value).bits != (sign | size);
      // The number behind the largest is what infinity begins with.
      const double next = value_of_fields(sign | (size + 1), digits, bias);
      const auto middle = static_cast<float>(value / 2 + next / 2);
      const unsigned even = size % 2 == 0 ? size : size + 1;
      wrong += T(middle).bits != (sign | even);
      const float to_size = std::nextafter(middle, 0.0f);
      const float to_next = std::nextafter(middle, sign ? -infinite : infinite);
      wrong += T(to_size).bits != (sign | size);
      wrong += T(to_next).bits != (sign | (size + 1));
    }
  }
  CHECK(wrong == 0);
  CHECK(static_cast<float>(of_bits<T>(infinity)) == infinite);
  CHECK(static_cast<float>(of_bits<T>(0x8000u | infinity)) == -infinite);
  for (unsigned nan = infinity + 1; nan < 0x8000u; ++nan) {
    const float value = of_bits<T>(nan);
    wrong += !std::isnan(value) || !std::isnan(static_cast<float>(T(value)));
  }
  // The last digits of a float's NaN alone don't make infinity of it.
  CHECK(std::isnan(static_cast<float>(T(std::bit_cast<float>(0x7f800001u)))));
  CHECK(wrong == 0);
}

}  // namespace

TEST_CASE("float16 rounds to the nearest of its numbers, ties to even", "[core][float16]") {
  check_all<Float16>(10, 15);
}

TEST_CASE("bfloat16 rounds to the nearest of its numbers, ties to even", "[core][float16]") {
  check_all<BFloat16>(7, 127);
}

TEST_CASE("the limits of 16 bits are theirs", "[core][float16]") {
  using Half = std::numeric_limits<Float16>;
  using Brain = std::numeric_limits<BFloat16>;
  CHECK(Half::max().bits == 0x7bff);
  CHECK(Half::lowest().bits == 0xfbff);
  CHECK(Half::min().bits == 0x0400);
  CHECK(Half::denorm_min().bits == 1);
  CHECK(1 + static_cast<float>(Half::epsilon()) == static_cast<float>(of_bits<Float16>(0x3c01)));
  CHECK(Brain::max().bits == 0x7f7f);
  CHECK(Brain::lowest().bits == 0xff7f);
  CHECK(Brain::min().bits == 0x0080);
  CHECK(Brain::denorm_min().bits == 1);
  CHECK(1 + static_cast<float>(Brain::epsilon()) == static_cast<float>(of_bits<BFloat16>(0x3f81)));
}
