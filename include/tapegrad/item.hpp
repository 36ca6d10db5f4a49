// What Tensor::item() gives where the program doesn't say of which type.
#pragma once

#include <concepts>
#include <cstdint>
#include <iosfwd>
#include <type_traits>

#include "tapegrad/dtype.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// What item() gives without a type: it becomes the number that is asked of it.
///   float loss = x.item();
class Item {
 public:
  explicit Item(Scalar value) : value_(value) {}
  /// Fractions are cut off for an integer. Throws DTypeError when T doesn't hold it.
  template <class T>
  requires std::is_arithmetic_v<T>
  operator T() const;

 private:
  Scalar value_;
};
std::ostream& operator<<(std::ostream& out, const Item& item);

namespace detail {

[[noreturn]] void refuse_item(Scalar value, const char* type);

}  // namespace detail

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
