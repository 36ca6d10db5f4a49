// From a DType at run time to a C++ type at compile time.
#pragma once

#include <string_view>
#include <type_traits>
#include <utility>

#include "core/check.hpp"

namespace tapegrad {

/// The type in which elements are computed with: int32 for int8 and int16, float32 for float16 and
/// bfloat16, which are stored only, and any other type itself.
constexpr DType computed_in(DType dtype) {
  if (dtype == DType::int8 || dtype == DType::int16) return DType::int32;
  if (dtype == DType::float16 || dtype == DType::bfloat16) return DType::float32;
  return dtype;
}
/// A set of element types, so that several are asked at once.
constexpr unsigned bit_of(DType dtype) { return 1u << static_cast<unsigned>(dtype); }
inline constexpr unsigned narrow_types =
    bit_of(int8) | bit_of(int16) | bit_of(float16) | bit_of(bfloat16);
constexpr bool is_narrow(DType dtype) { return (narrow_types & bit_of(dtype)) != 0; }

/// Throws DTypeError: nothing computes with elements of this type.
[[noreturn]] void refuse_narrow(DType dtype);

/// Calls f(std::type_identity<T>{}) for the element type T, which is none that is only stored.
template <class F>
decltype(auto) dispatch(DType dtype, F&& f) {
  switch (dtype) {
    case DType::boolean:
      return f(std::type_identity<bool>{});
    case DType::uint8:
      return f(std::type_identity<std::uint8_t>{});
    case DType::int32:
      return f(std::type_identity<std::int32_t>{});
    case DType::int64:
      return f(std::type_identity<std::int64_t>{});
    case DType::float32:
      return f(std::type_identity<float>{});
    case DType::float64:
      return f(std::type_identity<double>{});
    default:
      refuse_narrow(dtype);
  }
}

/// The same for all element types, to store and to read.
template <class F>
decltype(auto) dispatch_stored(DType dtype, F&& f) {
  if (!is_narrow(dtype)) [[likely]]
    return dispatch(dtype, std::forward<F>(f));
  switch (dtype) {
    case DType::int8:
      return f(std::type_identity<std::int8_t>{});
    case DType::int16:
      return f(std::type_identity<std::int16_t>{});
    case DType::float16:
      return f(std::type_identity<Float16>{});
    default:
      return f(std::type_identity<BFloat16>{});
  }
}

/// The unsigned integer that is as large as a T.
template <class T>
using Bits = std::conditional_t<
    sizeof(T) == 1, std::uint8_t,
    std::conditional_t<sizeof(T) == 2, std::uint16_t,
                       std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>>>;

/// As dispatch_stored(), with an unsigned integer as large as an element: for who only moves
/// elements.
template <class F>
decltype(auto) dispatch_size(DType dtype, F&& f) {
  switch (size_of(dtype)) {
    case 1:
      return f(std::type_identity<std::uint8_t>{});
    case 2:
      return f(std::type_identity<std::uint16_t>{});
    case 4:
      return f(std::type_identity<std::uint32_t>{});
    default:
      return f(std::type_identity<std::uint64_t>{});
  }
}

/// As dispatch(), for a type that the caller knows to be float32 or float64, or stored only.
template <class F>
decltype(auto) dispatch_known_floating(DType dtype, F&& f) {
  if (dtype == DType::float32) return f(std::type_identity<float>{});
  if (dtype != DType::float64) [[unlikely]]
    refuse_narrow(dtype);
  return f(std::type_identity<double>{});
}

/// As dispatch(), for float32 and float64; throws DTypeError in `operation`'s name for the others.
template <class F>
decltype(auto) dispatch_floating(std::string_view operation, DType dtype, F&& f) {
  if (dtype == DType::float32) return f(std::type_identity<float>{});
  check<DTypeError>(dtype == DType::float64,
                    "{}: needs a floating-point tensor, got {}; convert it with to(float32)",
                    operation, dtype);
  return f(std::type_identity<double>{});
}

}  // namespace tapegrad
