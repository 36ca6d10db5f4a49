// Element types, and the scalar that C++ numbers become beside a tensor.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

namespace [[gnu::visibility("default")]] tapegrad {

/// The type of a tensor's elements. Ordered: within a kind, promotion takes the larger.
enum class DType : std::uint8_t { boolean, uint8, int32, int64, float32, float64 };

inline constexpr DType boolean = DType::boolean;
inline constexpr DType uint8 = DType::uint8;
inline constexpr DType int32 = DType::int32;
inline constexpr DType int64 = DType::int64;
inline constexpr DType float32 = DType::float32;
inline constexpr DType float64 = DType::float64;

/// Bytes of one element.
constexpr std::size_t size_of(DType t) {
  constexpr std::size_t sizes[] = {1, 1, 4, 8, 4, 8};
  return sizes[static_cast<std::size_t>(t)];
}

/// "bool", "uint8", "int32", "int64", "float32" or "float64".
constexpr std::string_view name_of(DType t) {
  constexpr std::string_view names[] = {"bool", "uint8", "int32", "int64", "float32", "float64"};
  return names[static_cast<std::size_t>(t)];
}

constexpr bool is_floating(DType t) { return t >= DType::float32; }

/// The type that holds values of both, as PyTorch's `promote_types`.
constexpr DType promote(DType a, DType b) { return a > b ? a : b; }

template <class T>
inline constexpr bool is_element = false;
template <>
inline constexpr bool is_element<bool> = true;
template <>
inline constexpr bool is_element<std::uint8_t> = true;
template <>
inline constexpr bool is_element<std::int32_t> = true;
template <>
inline constexpr bool is_element<std::int64_t> = true;
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
                                  : std::is_same_v<T, std::int32_t> ? DType::int32
                                  : std::is_same_v<T, std::int64_t> ? DType::int64
                                  : std::is_same_v<T, float>        ? DType::float32
                                                                    : DType::float64;

/// A C++ number beside a tensor: bool, integer or floating point. It never promotes a tensor of
/// its own kind: float32 + 2.5 stays float32, int32 + 2 stays int32, int32 + 2.5 is float32.
class Scalar {
 public:
  template <std::same_as<bool> T>
  constexpr Scalar(T value) : integer_(value), kind_(DType::boolean) {}
  template <std::integral T>
  requires(!std::same_as<T, bool>) constexpr Scalar(T value)
      : integer_(static_cast<std::int64_t>(value)), kind_(DType::int64) {}
  template <std::floating_point T>
  constexpr Scalar(T value) : floating_(static_cast<double>(value)), kind_(DType::float64) {}

  /// boolean, int64 or float64: the kind of number that it was made from.
  constexpr DType kind() const { return kind_; }

  template <Element T>
  constexpr T to() const {
    if (kind_ != DType::float64) return static_cast<T>(integer_);
    if constexpr (std::integral<T> && !std::same_as<T, bool>) {
      // Through int64: a direct conversion of a negative number to uint8 is undefined.
      return static_cast<T>(static_cast<std::int64_t>(floating_));
    } else {
      return static_cast<T>(floating_);
    }
  }

 private:
  union {
    double floating_;
    std::int64_t integer_;
  };
  DType kind_;
};

/// The element type of `tensor op scalar`, as PyTorch's `result_type`.
constexpr DType promote(DType tensor, Scalar scalar) {
  if (scalar.kind() == DType::float64) return is_floating(tensor) ? tensor : DType::float32;
  if (scalar.kind() == DType::int64) return tensor == DType::boolean ? DType::int64 : tensor;
  return tensor;
}

}  // namespace tapegrad
