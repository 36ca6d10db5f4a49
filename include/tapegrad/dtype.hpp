// Element types, and the scalar that C++ numbers become beside a tensor.
//
// What happens to a number that an element type doesn't hold is one rule:
//   - Comparisons are mathematically right: uint8 200 isn't 300, and int64 2^53 + 1 isn't float64
//     2^53. A fractional number beside float32, or a shorter type, is rounded to it first, as the
//     elements were: full({}, 0.1) == 0.1 holds. What no C++ number here can be, is refused: see
//     Scalar.
//   - Storing it throws DTypeError: in fill_(), full(), tensor(), arange(), linspace(), where() and
//     arithmetic with a C++ number, and likewise out of a tensor in item() and to_vector(). bool
//     takes every number (is it not 0?); integers take what lies in their range once fractions are
//     cut off, so neither NaN nor infinity; floating-point types take their range, rounded, NaN and
//     infinity. Beside a tensor of integers a number becomes float32 before a true division.
//   - Whole tensors convert by to() and copy_() without looking at each element: integers wrap
//     around modulo 2^bits, as in PyTorch; floats are cut towards zero, and an integer type takes
//     its nearest value for what lies outside, 0 for NaN. Types that meet in an operation convert
//     in the same way.
//   - Integer arithmetic wraps around modulo 2^bits.
//
// int8, int16, float16 and bfloat16 are stored, not computed with: an operation converts its inputs
// to int32 or float32, and its result back. So a sum of float16 is added up in float32 and rounded
// once, and a chain of operations is rounded at each of them, as in PyTorch.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <limits>
#include <string_view>
#include <type_traits>

#include "tapegrad/float16.hpp"
#include "tapegrad/hints.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// The type of a tensor's elements; there are no complex numbers. Ordered: promotion takes the
/// larger, but for two pairs.
enum class DType : std::uint8_t {
  boolean,
  uint8,
  int8,
  int16,
  int32,
  int64,
  float16,
  bfloat16,
  float32,
  float64
};

inline constexpr DType boolean = DType::boolean;
inline constexpr DType uint8 = DType::uint8;
inline constexpr DType int8 = DType::int8;
inline constexpr DType int16 = DType::int16;
inline constexpr DType int32 = DType::int32;
inline constexpr DType int64 = DType::int64;
inline constexpr DType float16 = DType::float16;
inline constexpr DType bfloat16 = DType::bfloat16;
inline constexpr DType float32 = DType::float32;
inline constexpr DType float64 = DType::float64;

namespace detail {

/// Throws DTypeError: a number that was cast to DType and is none.
[[noreturn]] void refuse_dtype(std::string_view operation, DType t);

// Not in the functions, where compilers make them anew on the stack.
inline constexpr std::uint8_t sizes[] = {1, 1, 1, 2, 4, 8, 2, 2, 4, 8};
inline constexpr std::string_view names[] = {"bool",  "uint8",   "int8",     "int16",   "int32",
                                             "int64", "float16", "bfloat16", "float32", "float64"};

}  // namespace detail

/// Bytes of one element. Throws DTypeError for what is none of the ten.
constexpr std::size_t size_of(DType t) {
  if (t > DType::float64) detail::refuse_dtype("size_of", t);
  return detail::sizes[static_cast<std::size_t>(t)];
}

/// "bool", "uint8" and so on. Throws as size_of().
constexpr std::string_view name_of(DType t) {
  if (t > DType::float64) detail::refuse_dtype("name_of", t);
  return detail::names[static_cast<std::size_t>(t)];
}

/// Its name.
std::ostream& operator<<(std::ostream& out, DType t);

/// float16, bfloat16, float32 or float64. Throws as size_of().
constexpr bool is_floating(DType t) {
  if (t > DType::float64) detail::refuse_dtype("is_floating", t);
  return t >= DType::float16;
}

/// The type that holds values of both, as PyTorch's `promote_types`: int16 for uint8 and int8,
/// float32 for float16 and bfloat16. Throws as size_of().
constexpr DType promote(DType a, DType b) {
  const DType larger = a > b ? a : b;
  const DType smaller = a > b ? b : a;
  if (larger > DType::float64) detail::refuse_dtype("promote", larger);
  if (a == b) return a;
  if (larger == DType::int8 && smaller == DType::uint8) return DType::int16;
  if (larger == DType::bfloat16 && smaller == DType::float16) return DType::float32;
  return larger;
}

template <class T>
inline constexpr bool is_element = false;
template <>
inline constexpr bool is_element<bool> = true;
template <>
inline constexpr bool is_element<std::uint8_t> = true;
template <>
inline constexpr bool is_element<std::int8_t> = true;
template <>
inline constexpr bool is_element<std::int16_t> = true;
template <>
inline constexpr bool is_element<std::int32_t> = true;
template <>
inline constexpr bool is_element<std::int64_t> = true;
template <>
inline constexpr bool is_element<Float16> = true;
template <>
inline constexpr bool is_element<BFloat16> = true;
template <>
inline constexpr bool is_element<float> = true;
template <>
inline constexpr bool is_element<double> = true;

/// A C++ type that a tensor can hold.
template <class T>
concept Element = is_element<T>;

/// The DType of a C++ element type.
template <Element T>
inline constexpr DType dtype_of = std::is_same_v<T, bool>           ? DType::boolean
                                  : std::is_same_v<T, std::uint8_t> ? DType::uint8
                                  : std::is_same_v<T, std::int8_t>  ? DType::int8
                                  : std::is_same_v<T, std::int16_t> ? DType::int16
                                  : std::is_same_v<T, std::int32_t> ? DType::int32
                                  : std::is_same_v<T, std::int64_t> ? DType::int64
                                  : std::is_same_v<T, Float16>      ? DType::float16
                                  : std::is_same_v<T, BFloat16>     ? DType::bfloat16
                                  : std::is_same_v<T, float>        ? DType::float32
                                                                    : DType::float64;

/// A C++ number beside a tensor: bool, integer or floating point. It never promotes a tensor of
/// its own kind: float32 + 2.5 stays float32, int32 + 2 stays int32, int32 + 2.5 is float32.
class Scalar {
 public:
  template <std::same_as<bool> T>
  constexpr Scalar(T value) : integer_(value), kind_(DType::boolean) {}
  /// Throws DTypeError for an unsigned integer from 2^63 on, to compare with, too: cast to double.
  template <std::integral T>
  requires(!detail::NoNumber<T>) constexpr Scalar(T value)
      : integer_(static_cast<std::int64_t>(value)), kind_(DType::int64) {
    if (static_cast<T>(integer_) != value || (integer_ < 0) != (value < 0)) {
      refuse_integer(static_cast<long double>(value));
    }
  }
  template <detail::NoNumber T>
  requires(!std::same_as<T, bool>) constexpr Scalar(T) : integer_(0), kind_(DType::int64) {
    static_assert(!detail::NoNumber<T>, "write a number: char is none here");
  }
  /// A long double is rounded to double. Throws DTypeError for a finite one beyond its range.
  template <std::floating_point T>
  constexpr Scalar(T value) : floating_(static_cast<double>(value)), kind_(DType::float64) {
    if constexpr (sizeof(T) > sizeof(double)) {
      constexpr T infinity = std::numeric_limits<T>::infinity();
      constexpr double largest = std::numeric_limits<double>::max();
      const bool lost = floating_ > largest || floating_ < -largest;
      if (lost && value != infinity && value != -infinity) refuse_long(value);
    }
  }

  constexpr Scalar(Float16 value) : Scalar(static_cast<float>(value)) {}
  constexpr Scalar(BFloat16 value) : Scalar(static_cast<float>(value)) {}

  /// boolean, int64 or float64: the kind of number that it was made from.
  constexpr DType kind() const { return kind_; }

  /// Whether an element of type T can hold it: the rule is at the top of this file.
  template <Element T>
  constexpr bool fits() const {
    if constexpr (std::same_as<T, bool> || std::same_as<T, double>) {
      return true;
    } else if constexpr (!std::integral<T>) {
      // From half a unit above the largest number on, rounding gives infinity.
      constexpr double beyond = std::same_as<T, Float16>    ? 65520
                                : std::same_as<T, BFloat16> ? 0x1.ffp127
                                                            : 0x1.ffffffp127;
      constexpr double infinity = std::numeric_limits<double>::infinity();
      const double value = kind_ == DType::float64 ? floating_ : static_cast<double>(integer_);
      const double size = value < 0 ? -value : value;
      return !(size >= beyond && size < infinity);
    } else {
      using Limits = std::numeric_limits<T>;
      if (kind_ != DType::float64) return integer_ >= Limits::min() && integer_ <= Limits::max();
      // 2^63 - 1 becomes 2^63, and -2^63 - 1 becomes -2^63.
      constexpr auto low = static_cast<double>(Limits::min());
      return (floating_ > low - 1 || floating_ == low) &&
             floating_ < static_cast<double>(Limits::max()) + 1;
    }
  }

  /// As an element; throws DTypeError in `operation`'s name unless it fits.
  template <Element T>
  constexpr T to(std::string_view operation = "Scalar") const {
    if (!fits<T>()) refuse(operation, dtype_of<T>);
    if constexpr (std::same_as<T, bool>) {
      return kind_ == DType::float64 ? floating_ != 0 : integer_ != 0;
    } else {
      return kind_ == DType::float64 ? T(floating_) : T(integer_);
    }
  }

 private:
  [[noreturn]] void refuse(std::string_view operation, DType dtype) const;
  [[noreturn]] static void refuse_integer(long double value);
  [[noreturn]] static void refuse_long(long double value);

  union {
    double floating_;
    std::int64_t integer_;
  };
  DType kind_;
};

/// The element type of `tensor op scalar`, as PyTorch's `result_type`. Throws as size_of().
constexpr DType promote(DType tensor, Scalar scalar) {
  if (tensor > DType::float64) detail::refuse_dtype("promote", tensor);
  if (scalar.kind() == DType::float64) return is_floating(tensor) ? tensor : DType::float32;
  if (scalar.kind() == DType::int64) return tensor == DType::boolean ? DType::int64 : tensor;
  return tensor;
}

/// A dtype as an argument where a list may stand as well: `{}` is an empty list, and none.
class AsDType {
 public:
  template <std::same_as<DType> T>
  constexpr AsDType(T dtype) : dtype_(dtype) {}
  constexpr operator DType() const { return dtype_; }

 private:
  DType dtype_;
};

}  // namespace tapegrad
