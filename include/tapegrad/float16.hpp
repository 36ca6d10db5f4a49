// Floating-point numbers of 16 bits: to store, not to compute with. A float is rounded to the
// nearest, ties to even; what overflows is infinite, and NaN stays NaN. Back to float nothing is
// lost.
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <limits>

namespace [[gnu::visibility("default")]] tapegrad {

/// IEEE 754 binary16: 11 binary digits, 6e-8 to 65504.
struct Float16 {
  std::uint16_t bits = 0;

  constexpr Float16() = default;
  constexpr Float16(std::floating_point auto value) : bits(rounded(static_cast<float>(value))) {}
  constexpr Float16(std::integral auto value) : Float16(static_cast<float>(value)) {}
  constexpr operator float() const {
    // The exponent of a float starts 112 lower: a product moves it, for subnormal numbers as well.
    const std::uint32_t size = bits & 0x7fffu;
    const auto moved = std::bit_cast<std::uint32_t>(std::bit_cast<float>(size << 13) * 0x1p112f);
    const std::uint32_t special = size >= 0x7c00u ? 0x7f800000u | size << 13 : moved;
    return std::bit_cast<float>(special | (bits & 0x8000u) << 16);
  }

 private:
  static constexpr std::uint16_t rounded(float value) {
    const auto all = std::bit_cast<std::uint32_t>(value);
    const std::uint32_t sign = all >> 16 & 0x8000u;
    const std::uint32_t size = all & 0x7fffffffu;
    // From half a unit above the largest on, all is infinite; a NaN keeps the digits that fit, and
    // is quiet.
    const std::uint32_t nan = 0x7e00u | (size >> 13 & 0x3ffu);
    const std::uint32_t huge = size > 0x7f800000u ? nan : 0x7c00u;
    // Below 2^-14 a sum with 0.5 rounds to units of 2^-24, which are the last digits of 0.5.
    const std::uint32_t half = std::bit_cast<std::uint32_t>(0.5f);
    const std::uint32_t small =
        std::bit_cast<std::uint32_t>(std::bit_cast<float>(size) + 0.5f) - half;
    const std::uint32_t usual = (size - (112u << 23) + 0xfffu + (size >> 13 & 1u)) >> 13;
    const std::uint32_t finite = size < 0x38800000u ? small : usual;
    return static_cast<std::uint16_t>(sign | (size >= 0x477ff000u ? huge : finite));
  }
};

/// The upper half of a float: 8 binary digits and the range of float.
struct BFloat16 {
  std::uint16_t bits = 0;

  constexpr BFloat16() = default;
  constexpr BFloat16(std::floating_point auto value) : bits(rounded(static_cast<float>(value))) {}
  constexpr BFloat16(std::integral auto value) : BFloat16(static_cast<float>(value)) {}
  constexpr operator float() const {
    return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
  }

 private:
  static constexpr std::uint16_t rounded(float value) {
    const auto all = std::bit_cast<std::uint32_t>(value);
    const std::uint32_t usual = (all + 0x7fffu + (all >> 16 & 1u)) >> 16;
    const std::uint32_t nan = all >> 16 | 0x40u;
    return static_cast<std::uint16_t>((all & 0x7fffffffu) > 0x7f800000u ? nan : usual);
  }
};

}  // namespace tapegrad

/// \cond
// Doxygen finds no place for specializations of std.
template <>
class std::numeric_limits<tapegrad::Float16> : public std::numeric_limits<float> {
 public:
  static constexpr int digits = 11;
  static constexpr tapegrad::Float16 max() { return 65504.0f; }
  static constexpr tapegrad::Float16 lowest() { return -65504.0f; }
  static constexpr tapegrad::Float16 min() { return 0x1p-14f; }
  static constexpr tapegrad::Float16 denorm_min() { return 0x1p-24f; }
  static constexpr tapegrad::Float16 epsilon() { return 0x1p-10f; }
};
template <>
class std::numeric_limits<tapegrad::BFloat16> : public std::numeric_limits<float> {
 public:
  static constexpr int digits = 8;
  static constexpr tapegrad::BFloat16 max() { return 0x1.fep127f; }
  static constexpr tapegrad::BFloat16 lowest() { return -0x1.fep127f; }
  static constexpr tapegrad::BFloat16 min() { return 0x1p-126f; }
  static constexpr tapegrad::BFloat16 denorm_min() { return 0x1p-133f; }
  static constexpr tapegrad::BFloat16 epsilon() { return 0x1p-7f; }
};
/// \endcond
