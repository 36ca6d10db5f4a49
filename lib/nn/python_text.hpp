// Numbers as Python prints them, for the prints of modules.
#pragma once

#include <fmt/core.h>

#include <string>
#include <string_view>

#include "tapegrad/shape.hpp"

namespace tapegrad::nn {

inline std::string_view python_text(bool value) { return value ? "True" : "False"; }

/// "1.0", "0.01"
inline std::string python_text(double value) {
  const std::string text = fmt::format("{}", value);
  return text.find_first_of(".en") == std::string::npos ? text + ".0" : text;
}

/// "(1, 2)", "(1,)"
inline std::string tuple_text(const Dims& numbers) {
  std::string text = "(";
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    text += fmt::format("{}{}", i == 0 ? "" : ", ", numbers[i]);
  }
  return text + (numbers.size() == 1 ? ",)" : ")");
}

/// A tuple, or the number that was given for one.
inline std::string python_text(const Dims& numbers) {
  return numbers.size() == 1 ? fmt::format("{}", numbers[0]) : tuple_text(numbers);
}

}  // namespace tapegrad::nn
