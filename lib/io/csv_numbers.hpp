// Numbers as cells have them. Tables are not known here.
#pragma once

#include <cstdint>
#include <string_view>

namespace tapegrad::io {

enum class Parsed { number, no_number, out_of_range };

/// All of `text` as a number: decimal, perhaps with a plus sign; for floats also with an exponent,
/// rounded to the nearest, which is 0, with the sign, for one that is too small. Neither infinity
/// nor NaN is in range.
template <class T>
Parsed parse(std::string_view text, T& value);

/// 0, 1, true and false.
template <>
Parsed parse(std::string_view text, bool& value);

extern template Parsed parse(std::string_view, std::uint8_t&);
extern template Parsed parse(std::string_view, std::int32_t&);
extern template Parsed parse(std::string_view, std::int64_t&);
extern template Parsed parse(std::string_view, float&);
extern template Parsed parse(std::string_view, double&);

}  // namespace tapegrad::io
