// From a DType at run time to a C++ type at compile time.
#pragma once

#include <cassert>
#include <string_view>
#include <type_traits>
#include <utility>

#include "core/check.hpp"

namespace tapegrad {

/// Calls f(std::type_identity<T>{}) for the element type T.
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
      break;
  }
  return f(std::type_identity<double>{});
}

/// As dispatch(), for a type that the caller knows to be float32 or float64.
template <class F>
decltype(auto) dispatch_known_floating(DType dtype, F&& f) {
  if (dtype == DType::float32) return f(std::type_identity<float>{});
  assert(dtype == DType::float64);
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
