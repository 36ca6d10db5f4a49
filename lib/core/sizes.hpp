// Arithmetic on sizes that can't overflow in silence. Shapes, counts of elements and of bytes are
// added and multiplied here, or known to belong to memory that exists. expand() gives a tensor of
// one element 2^62 of them: no size is too large to come along.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/check.hpp"

namespace tapegrad {

/// a * b, unless T can't count it.
template <std::integral T>
std::optional<T> product(T a, T b) {
  T result = 0;
  if (__builtin_mul_overflow(a, b, &result)) return std::nullopt;
  return result;
}

/// a + b, unless T can't count it.
template <std::integral T>
std::optional<T> sum_of(T a, T b) {
  T result = 0;
  if (__builtin_add_overflow(a, b, &result)) return std::nullopt;
  return result;
}

/// a - b, unless T can't count it.
template <std::integral T>
std::optional<T> difference(T a, T b) {
  T result = 0;
  if (__builtin_sub_overflow(a, b, &result)) return std::nullopt;
  return result;
}

/// a * b; throws ShapeError in `operation`'s name where 64 bits can't count it.
inline std::int64_t checked_mul(std::string_view operation, std::int64_t a, std::int64_t b) {
  const std::optional<std::int64_t> result = product(a, b);
  check<ShapeError>(result.has_value(), "{}: more than 64 bits count: {} times {}", operation, a,
                    b);
  return *result;
}

/// a + b; throws ShapeError in `operation`'s name where 64 bits can't count it.
inline std::int64_t checked_add(std::string_view operation, std::int64_t a, std::int64_t b) {
  const std::optional<std::int64_t> result = sum_of(a, b);
  check<ShapeError>(result.has_value(), "{}: more than 64 bits count: {} and {}", operation, a, b);
  return *result;
}

/// a - b; throws ShapeError in `operation`'s name where 64 bits can't count it.
inline std::int64_t checked_sub(std::string_view operation, std::int64_t a, std::int64_t b) {
  const std::optional<std::int64_t> result = difference(a, b);
  check<ShapeError>(result.has_value(), "{}: more than 64 bits count: {} less {}", operation, a, b);
  return *result;
}

/// The bytes of `count` elements; throws ShapeError in `operation`'s name as above.
inline std::size_t checked_bytes(std::string_view operation, std::int64_t count, DType dtype) {
  const auto size = static_cast<std::int64_t>(size_of(dtype));
  return static_cast<std::size_t>(checked_mul(operation, count, size));
}

}  // namespace tapegrad
