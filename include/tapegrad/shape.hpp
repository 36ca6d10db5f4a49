// A short list of integers that lives in place: shapes, strides, lists of dimensions.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "tapegrad/hints.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// The largest rank of a tensor.
inline constexpr std::size_t max_rank = 8;

namespace detail {

[[noreturn]] void refuse_index(std::string_view operation, std::uint64_t value);

/// A dimension or an index of any integer type. Throws IndexError in `operation`'s name from 2^63
/// on: a mere conversion would make -1 of SIZE_MAX, and -1 is the last one.
template <std::integral T>
constexpr std::int64_t index_of(std::string_view operation, T value) {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  if constexpr (std::unsigned_integral<T> && sizeof(T) >= sizeof(most)) {
    if (value > static_cast<T>(most)) refuse_index(operation, value);
  }
  return static_cast<std::int64_t>(value);
}

/// An integer of any type but bool and char, or an unscoped enumerator.
template <class T>
concept Integral = (std::integral<T> && !NoNumber<T>) ||
                   (std::is_enum_v<T> && std::convertible_to<T, std::int64_t>);

template <class List>
using ElementOf = std::remove_cvref_t<decltype(*std::declval<const List&>().data())>;

/// Integers side by side in memory; text is none.
template <class List>
concept IntegralList = Integral<ElementOf<List>> && requires(const List& list) {
  { list.size() } -> std::same_as<std::size_t>;
};

}  // namespace detail

/// An integer as an argument, or one of a list: of any integer type, where std::int64_t itself
/// would take no std::size_t in braces. Neither bool, char nor `{}` is one.
class AsInteger {
 public:
  template <detail::Integral T>
  constexpr AsInteger(T integer) : integer_(integer_of(integer)) {}
  template <detail::NoNumber T>
  constexpr AsInteger(T) : integer_(0) {
    static_assert(!detail::NoNumber<T>, "write an integer: neither bool nor char is one here");
  }
  /// What converts to an integer by itself, as an item() does.
  template <class T>
  requires std::is_class_v<T> && std::convertible_to<const T&, std::int64_t>
  constexpr AsInteger(const T& number) : integer_(number) {}
  constexpr operator std::int64_t() const { return integer_; }
  /// What fmt prints.
  friend constexpr std::int64_t format_as(AsInteger x) { return x.integer_; }

 private:
  template <class T>
  static constexpr std::int64_t integer_of(T integer) {
    if constexpr (std::is_enum_v<T>) return integer;
    if constexpr (!std::is_enum_v<T>) return detail::index_of("Dims", integer);
  }

  std::int64_t integer_;
};
using AsDim = AsInteger;
using AsSize = AsInteger;

class Dims;
/// "[2, 3]".
std::string to_string(const Dims& dims);

/// Up to eight signed integers, without a heap: zeros({2, 3}), sum(x, {0, 1}). One integer is a
/// list of one: zeros(3), sum(x, 0). Longer lists throw ShapeError, integers from 2^63 on
/// IndexError.
class Dims {
 public:
  Dims() = default;
  Dims(std::initializer_list<AsInteger> values) {
    if (values.size() > max_rank) throw_too_long();
    for (const AsInteger one : values) values_[size_++] = one;
  }
  template <detail::Integral T>
  Dims(T one) : size_(1) {
    values_[0] = AsInteger(one);
  }
  template <detail::NoNumber T>
  Dims(T) {
    static_assert(!detail::NoNumber<T>, "write an integer: neither bool nor char is one here");
  }
  /// A vector, an array or a span of integers.
  template <detail::IntegralList List>
  Dims(const List& values) {
    if (values.size() > max_rank) throw_too_long();
    if constexpr (std::same_as<detail::ElementOf<List>, std::int64_t>) {
      copy(values.data(), values.size());
    } else {
      for (const auto one : values) values_[size_++] = AsInteger(one);
    }
  }
  Dims(std::size_t count, std::int64_t value) {
    for (std::size_t i = 0; i < count; ++i) push_back(value);
  }
  Dims(const Dims& other) { copy(other.values_, other.size_); }
  Dims& operator=(const Dims& other) {
    copy(other.values_, other.size_);
    return *this;
  }

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  /// Unsigned numbers aren't checked.
  template <std::unsigned_integral T>
  std::int64_t operator[](T i) const {
    return values_[i];
  }
  template <std::unsigned_integral T>
  std::int64_t& operator[](T i) {
    return values_[i];
  }
  /// Negative numbers count from the end: shape[-1]. Throws IndexError for one out of range.
  template <std::signed_integral T>
  std::int64_t operator[](T i) const {
    return values_[place(i)];
  }
  template <std::signed_integral T>
  std::int64_t& operator[](T i) {
    return values_[place(i)];
  }
  /// Throw IndexError for an empty list.
  std::int64_t front() const { return (*this)[0]; }
  std::int64_t back() const { return (*this)[-1]; }
  const std::int64_t* begin() const { return values_; }
  const std::int64_t* end() const { return values_ + size_; }
  std::int64_t* begin() { return values_; }
  std::int64_t* end() { return values_ + size_; }

  void push_back(std::int64_t value) {
    if (size_ == max_rank) throw_too_long();
    values_[size_++] = value;
  }
  void insert(std::size_t at, std::int64_t value) {
    push_back(value);
    for (std::size_t i = size_ - 1; i > at; --i) values_[i] = values_[i - 1];
    values_[at] = value;
  }
  void erase(std::size_t at) {
    for (std::size_t i = at + 1; i < size_; ++i) values_[i - 1] = values_[i];
    --size_;
  }

  /// As to_string().
  template <class Traits>
  friend std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out,
                                                      const Dims& dims) {
    return out << to_string(dims);
  }

  friend bool operator==(const Dims& a, const Dims& b) {
    if (a.size_ != b.size_) return false;
    for (std::size_t i = 0; i < a.size_; ++i) {
      if (a.values_[i] != b.values_[i]) return false;
    }
    return true;
  }

 private:
  /// In a loop of which a compiler makes no call of memcpy(), which takes longer than most lists.
  void copy(const std::int64_t* values, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      values_[i] = values[i];
      asm("" : "+r"(i));
    }
    size_ = static_cast<std::uint32_t>(count);
  }
  std::size_t place(std::int64_t i) const {
    const std::int64_t at = i < 0 ? i + size_ : i;
    if (at < 0 || at >= size_) [[unlikely]]
      throw_outside(i);
    return static_cast<std::size_t>(at);
  }
  [[noreturn]] static void throw_too_long();
  [[noreturn]] void throw_outside(std::int64_t i) const;

  std::int64_t values_[max_rank];  // uninitialised past size_: a copy touches only what is used
  std::uint32_t size_ = 0;
};

using Shape = Dims;
using Strides = Dims;

/// How many elements a tensor of this shape has; 1 for rank 0. Throws ShapeError on overflow or a
/// negative size.
std::int64_t numel(const Shape& shape);

/// The shape that both broadcast to: sizes are matched from the right, and 1 stretches.
/// Throws ShapeError when they don't match.
Shape broadcast_shapes(const Shape& a, const Shape& b);

}  // namespace tapegrad
