// Numbers and sentences of reports. Without <cmath>, which costs more to compile than all of this.
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

/// As many digits as tell a double from its neighbours, no more than needed and at most `most`.
inline Digits shown(double x, int most = 17) {
  Digits digits{"nan"};  // without the sign that some have
  if (x != x) return digits;
  for (int count = 6; count <= most; ++count) {
    std::snprintf(digits.text, sizeof digits.text, "%.*g", count, x);
    double back = 0;
    if (std::sscanf(digits.text, "%lf", &back) == 1 && back == x) break;
  }
  return digits;
}

inline double magnitude(double x) { return x < 0 ? -x : x; }

inline bool finite(double x) { return x - x == 0; }

/// How many digits show that two numbers differ, and by how much.
inline int digits_apart(double a, double b) {
  const double scale = magnitude(a) < magnitude(b) ? magnitude(b) : magnitude(a);
  const double apart = magnitude(a - b) / scale;
  int digits = 6;  // also if one is NaN or infinite, or both are 0
  for (double bound = 1e-3; digits < 17 && apart < bound; bound /= 10) ++digits;
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
