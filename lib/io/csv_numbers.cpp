#include "io/csv_numbers.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <concepts>
#include <system_error>

namespace tapegrad::io {
namespace {

/// Whether a decimal number that no float holds is too small rather than too large: its first digit
/// that isn't 0 stands behind the point once that is moved by the exponent.
bool is_tiny(std::string_view text) {
  const std::size_t mark = std::min(text.find_first_of("eE"), text.size());
  const std::string_view digits = text.substr(0, mark);
  const std::size_t first = digits.find_first_of("123456789");
  if (first == std::string_view::npos) return true;
  const std::size_t point = std::min(digits.find('.'), digits.size());
  const auto places = static_cast<std::int64_t>(point) - static_cast<std::int64_t>(first);
  std::string_view power = text.substr(std::min(mark + 1, text.size()));
  if (power.starts_with('+')) power.remove_prefix(1);
  std::int64_t exponent = 0;
  const auto [end, error] = std::from_chars(power.data(), power.data() + power.size(), exponent);
  if (error == std::errc::result_out_of_range) return power.starts_with('-');
  return exponent < -places;
}

/// A number that from_chars() finds out of range.
template <class T>
Parsed beyond(std::string_view text, T& value) {
  if constexpr (std::floating_point<T>) {
    if (is_tiny(text)) {
      value = text.starts_with('-') ? -T{0} : T{0};
      return Parsed::number;
    }
  }
  return Parsed::out_of_range;
}

}  // namespace

template <class T>
Parsed parse(std::string_view text, T& value) {
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (stop != end || error == std::errc::invalid_argument) {
    // from_chars() takes no plus.
    const bool plus = text.size() > 1 && text[0] == '+' && text[1] != '-' && text[1] != '+';
    return plus ? parse(text.substr(1), value) : Parsed::no_number;
  }
  if (error == std::errc::result_out_of_range) return beyond(text, value);
  if constexpr (std::floating_point<T>) {
    if (!std::isfinite(value)) return Parsed::out_of_range;
  }
  return Parsed::number;
}

template <>
Parsed parse(std::string_view text, bool& value) {
  value = text == "1" || text == "true" || text == "True" || text == "TRUE";
  const bool no = text == "0" || text == "false" || text == "False" || text == "FALSE";
  return value || no ? Parsed::number : Parsed::no_number;
}

template Parsed parse(std::string_view, std::uint8_t&);
template Parsed parse(std::string_view, std::int32_t&);
template Parsed parse(std::string_view, std::int64_t&);
template Parsed parse(std::string_view, float&);
template Parsed parse(std::string_view, double&);

}  // namespace tapegrad::io
