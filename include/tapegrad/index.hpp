// What may stand between the brackets of x[{...}].
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>

#include "tapegrad/shape.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

namespace detail {

template <class T>
concept Bound = std::integral<T> || std::same_as<T, std::nullopt_t>;

template <std::integral T>
constexpr std::optional<std::int64_t> bound_of(T value) {
  return index_of("Slice", value);
}
constexpr std::optional<std::int64_t> bound_of(std::nullopt_t none) { return none; }

}  // namespace detail

/// Python's start:stop:step. Negative bounds count from the end and clamp; step is positive.
struct Slice {
  std::optional<std::int64_t> start = std::nullopt;
  std::optional<std::int64_t> stop = std::nullopt;
  std::int64_t step = 1;

  constexpr Slice() = default;
  constexpr Slice(std::optional<std::int64_t> from, std::optional<std::int64_t> to,
                  std::int64_t by = 1)
      : start(from), stop(to), step(by) {}
  /// Throws IndexError for a bound from 2^63 on; the end is std::nullopt.
  template <detail::Bound From, detail::Bound To>
  constexpr Slice(From from, To to, std::int64_t by = 1)
      : start(detail::bound_of(from)), stop(detail::bound_of(to)), step(by) {}
};

/// `...`: as many whole dimensions as are left over.
struct Ellipsis {};
inline constexpr Ellipsis ellipsis;

/// A new dimension of size 1.
struct NewAxis {};
inline constexpr NewAxis newaxis;

/// An integer, a Slice, `ellipsis` or `newaxis`.
class Index {
 public:
  enum class Kind : std::uint8_t { integer, slice, dots, new_axis };

  /// Throws IndexError from 2^63 on.
  template <std::integral T>
  constexpr Index(T integer) : kind(Kind::integer), at(detail::index_of("Index", integer)) {}
  constexpr Index(Slice s) : kind(Kind::slice), range(s) {}
  constexpr Index(Ellipsis) : kind(Kind::dots) {}
  constexpr Index(NewAxis) : kind(Kind::new_axis) {}

  Kind kind;
  std::int64_t at = 0;
  Slice range;
};

}  // namespace tapegrad
