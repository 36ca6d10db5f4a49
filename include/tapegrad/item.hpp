// What Tensor::item() gives where the program doesn't say of which type.
#pragma once

#include <compare>
#include <concepts>
#include <cstdint>
#include <iosfwd>
#include <type_traits>

#include "tapegrad/dtype.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// What item() gives without a type: it becomes the number that is asked of it.
///   float loss = x.item();
///   total += x.item();
/// Arithmetic and comparisons with numbers are those of double; item<std::int64_t>() is exact where
/// an integer has more digits than that. A function of the standard library needs the type:
/// std::sqrt(x.item<double>()), std::max(best, x.item<double>()), std::printf("%f",
/// x.item<double>()).
class Item {
 public:
  explicit Item(Scalar value) : value_(value) {}
  /// Fractions are cut off for an integer. Throws DTypeError when T doesn't hold it.
  template <class T>
  requires std::is_arithmetic_v<T>
  operator T() const;

  /// Beside a tensor: x / x.sum().item().
  operator Scalar() const { return value_; }
  double operator-() const { return -number(); }
  double number() const { return value_.to<double>("item"); }

 private:
  Scalar value_;
};
std::ostream& operator<<(std::ostream& out, const Item& item);

namespace detail {

[[noreturn]] void refuse_item(Scalar value, const char* type);

template <class A, class B>
concept WithItem = (std::same_as<A, Item> && (std::same_as<B, Item> || std::is_arithmetic_v<B>)) ||
                   (std::is_arithmetic_v<A> && std::same_as<B, Item>);

inline double number_of(const Item& x) { return x.number(); }
template <class T>
double number_of(T x) {
  return static_cast<double>(x);
}

}  // namespace detail

template <class A, class B>
requires detail::WithItem<A, B>
double operator+(const A& a, const B& b) { return detail::number_of(a) + detail::number_of(b); }
template <class A, class B>
requires detail::WithItem<A, B>
double operator-(const A& a, const B& b) { return detail::number_of(a) - detail::number_of(b); }
template <class A, class B>
requires detail::WithItem<A, B>
double operator*(const A& a, const B& b) { return detail::number_of(a) * detail::number_of(b); }
template <class A, class B>
requires detail::WithItem<A, B>
double operator/(const A& a, const B& b) { return detail::number_of(a) / detail::number_of(b); }
template <class A, class B>
requires detail::WithItem<A, B>
bool operator==(const A& a, const B& b) { return detail::number_of(a) == detail::number_of(b); }
template <class A, class B>
requires detail::WithItem<A, B>
auto operator<=>(const A& a, const B& b) { return detail::number_of(a) <=> detail::number_of(b); }

// The number stays of its type: fractions are cut off for an integer, as C++ does.
template <class T>
requires std::is_arithmetic_v<T> T& operator+=(T& a, const Item& b) {
  return a = static_cast<T>(a + b);
}
template <class T>
requires std::is_arithmetic_v<T> T& operator-=(T& a, const Item& b) {
  return a = static_cast<T>(a - b);
}
template <class T>
requires std::is_arithmetic_v<T> T& operator*=(T& a, const Item& b) {
  return a = static_cast<T>(a * b);
}
template <class T>
requires std::is_arithmetic_v<T> T& operator/=(T& a, const Item& b) {
  return a = static_cast<T>(a / b);
}

template <class T>
requires std::is_arithmetic_v<T> Item::operator T() const {
  if constexpr (std::floating_point<T> || std::same_as<T, bool>) {
    using Held = std::conditional_t<Element<T>, T, double>;
    return static_cast<T>(value_.to<Held>("item"));
  } else {
    const auto whole = value_.to<std::int64_t>("item");
    const T number = static_cast<T>(whole);
    const bool kept = static_cast<std::int64_t>(number) == whole && (number < 0) == (whole < 0);
    if (!kept) detail::refuse_item(value_, std::signed_integral<T> ? "signed" : "unsigned");
    return number;
  }
}

}  // namespace tapegrad
