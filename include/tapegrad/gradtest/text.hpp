// Numbers and sentences of reports.
#pragma once

#include <cstdarg>
#include <cstddef>
#include <cstdio>
#include <string>

namespace tapegrad::gradtest::detail {

/// A number as text, in memory of its own.
struct Digits {
  char text[32];
  const char* c_str() const { return text; }
};

/// As many digits as tell a double from its neighbours, no more than needed.
inline Digits shown(double x) {
  Digits digits;
  for (int count = 6; count <= 17; ++count) {
    std::snprintf(digits.text, sizeof digits.text, "%.*g", count, x);
    double back = 0;
    if (std::sscanf(digits.text, "%lf", &back) == 1 && back == x) break;
  }
  return digits;
}

/// A number to some digits, for uncertainties and factors.
inline Digits rounded(double x, int count = 2) {
  Digits digits;
  std::snprintf(digits.text, sizeof digits.text, "%.*g", count, x);
  return digits;
}

/// Text by a format of printf. (Each `+` of strings costs a test file some 0.3 ms of g++'s time.)
[[gnu::format(printf, 1, 2)]] inline std::string said(const char* format, ...) {
  std::va_list list, again;
  va_start(list, format);
  va_copy(again, list);
  const int length = std::vsnprintf(nullptr, 0, format, list);
  va_end(list);
  std::string text(length > 0 ? static_cast<std::size_t>(length) : 0, ' ');
  std::vsnprintf(text.data(), text.size() + 1, format, again);
  va_end(again);
  return text;
}

inline const char* plural(std::size_t n) { return n == 1 ? "" : "s"; }

}  // namespace tapegrad::gradtest::detail
