// What the pattern of wrong elements suggests: a sign, a factor, a transposition. Only what fits
// every element is said.
#pragma once

#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "tapegrad/gradtest/report.hpp"

namespace tapegrad::gradtest::detail {

/// The derivative that was given beside the numeric one, row by row; NaN where the numeric one
/// isn't known.
struct Tables {
  std::size_t rows = 0, columns = 0;
  std::vector<double> given, numeric, error;
  std::vector<double> x;

  std::size_t size() const { return given.size(); }
  bool known(std::size_t i) const { return std::isfinite(numeric[i]); }
  bool equal(std::size_t i, double value, double tolerance) const {
    return !known(i) ||
           std::fabs(value - numeric[i]) <= 2 * error[i] + tolerance * std::fabs(numeric[i]);
  }
};

/// `expected(i)` is what the numeric element i should be, if the pattern is right. It must fit all
/// elements, and some that are neither 0 nor what was given.
template <class F>
bool fits(const Tables& t, double tolerance, F&& expected) {
  std::size_t told = 0;
  for (std::size_t i = 0; i < t.size(); ++i) {
    const double e = expected(i);
    if (!t.equal(i, e, tolerance)) return false;
    told += t.known(i) && std::fabs(t.numeric[i]) > 100 * t.error[i] && e != t.given[i];
  }
  return told > 0;
}

/// A factor by which all elements are off, and how well it is known. NaN for none.
struct Factor {
  double value = NAN;
  double error = INFINITY;
  bool is(double c) const { return std::fabs(value - c) <= error + 1e-5 * std::fabs(c); }
};

inline Factor common_factor(const Tables& t) {
  std::size_t best = t.size();
  double smallest = 0.01;  // of the uncertainties, relative
  for (std::size_t i = 0; i < t.size(); ++i) {
    if (!t.known(i) || !std::isfinite(t.given[i]) || t.given[i] == 0) continue;
    const double relative = t.error[i] / std::fabs(t.numeric[i]);
    if (!(relative < smallest)) continue;
    smallest = relative;
    best = i;
  }
  if (best == t.size()) return {};
  const double factor = t.given[best] / t.numeric[best];
  const double tolerance = 1e-6 + 2 * smallest;
  if (!fits(t, tolerance, [&](std::size_t i) { return t.given[i] / factor; })) return {};
  return {factor, std::fabs(factor) * 2 * smallest};
}

/// Empty where a single element has a factor that means nothing.
inline std::string said_of_factor(const Factor& factor, const Tables& t) {
  if (factor.is(-1)) return "the opposite sign";
  const std::string text = "times the numeric one";
  const auto n = static_cast<double>(t.columns);
  const auto m = static_cast<double>(t.rows);
  const std::string each = t.size() == 1 ? "it is " : "each element is ";
  if (n > 2 && factor.is(n)) return each + rounded(n, 6) + " " + text + ": the number of inputs";
  if (n > 2 && factor.is(1 / n))
    return each + "1/" + rounded(n, 6) + " " + text + ": one by the number of inputs";
  if (m > 2 && factor.is(m)) return each + rounded(m, 6) + " " + text + ": the number of outputs";
  if (m > 2 && factor.is(1 / m))
    return each + "1/" + rounded(m, 6) + " " + text + ": one by the number of outputs";
  constexpr double degree = 57.29577951308232;
  if (factor.is(degree)) return each + "180/π " + text + ": degrees for radians";
  if (factor.is(1 / degree)) return each + "π/180 " + text + ": radians for degrees";
  for (const double c :
       {2.0, 0.5, -2.0, -0.5, 3.0, 4.0, 0.25, 10.0, 0.1, 100.0, 0.01, 1000.0, 1e-3, 1e-4}) {
    if (factor.is(c)) return each + rounded(c, 6) + " " + text;
  }
  if (t.size() == 1 || factor.error > 1e-6 * std::fabs(factor.value)) return {};
  return each + rounded(factor.value, 6) + " " + text;
}

inline bool is_transposed(const Tables& t) {
  if (t.rows != t.columns || t.rows < 2) return false;
  return fits(t, 1e-6,
              [&](std::size_t i) { return t.given[i % t.columns * t.columns + i / t.columns]; });
}

/// The elements of each row are one place too far to the right (1) or left (-1); 0 for neither.
inline int shift_of(const Tables& t) {
  if (t.columns < 3) return 0;
  for (const int by : {1, -1}) {
    const auto moved = [&](std::size_t i) {
      const std::size_t column = (i % t.columns + t.columns + static_cast<std::size_t>(by + 1) - 1);
      return t.given[i / t.columns * t.columns + column % t.columns];
    };
    if (fits(t, 1e-6, moved)) return by;
  }
  return 0;
}

/// Two rows, or for a single row two elements, that stand in each other's place.
inline std::string swapped(const Tables& t) {
  const bool single = t.rows == 1;
  const std::size_t count = single ? t.columns : t.rows;
  const std::size_t width = single ? 1 : t.columns;
  for (std::size_t a = 0; a < count; ++a) {
    for (std::size_t b = a + 1; b < count && count <= 64; ++b) {
      const bool all = fits(t, 1e-6, [&](std::size_t i) {
        const std::size_t at = i / width;
        return t.given[(at == a ? b : at == b ? a : at) * width + i % width];
      });
      if (!all) continue;
      return std::string(single ? "elements " : "rows ") + std::to_string(a) + " and " +
             std::to_string(b) + " are swapped";
    }
  }
  return {};
}

/// Every wrong element is off by the same amount.
inline std::string missing_constant(const Tables& t) {
  double constant = NAN;
  double largest = 0;
  std::size_t wrong = 0;
  for (const double v : t.numeric)
    largest = std::isfinite(v) ? std::fmax(largest, std::fabs(v)) : largest;
  for (std::size_t i = 0; i < t.size(); ++i) {
    if (!t.known(i) || t.equal(i, t.given[i], 1e-6)) continue;
    const double off = t.given[i] - t.numeric[i];
    if (std::isnan(constant)) constant = off;
    if (!(std::fabs(off - constant) <= 4 * t.error[i] + 1e-6 * std::fabs(constant))) return {};
    ++wrong;
  }
  if (wrong < 2 || !(std::fabs(constant) > 1e-9 * largest)) return {};
  return "each wrong element is " + rounded(std::fabs(constant), 6) +
         (constant > 0 ? " too large" : " too small");
}

/// Right and wrong elements, counted by where they stand. Elements that are 0 and right tell
/// nothing.
struct Places {
  std::size_t all[2] = {}, negative[2] = {}, positive[2] = {}, diagonal[2] = {};

  explicit Places(const Tables& t) {
    for (std::size_t i = 0; i < t.size(); ++i) {
      if (!t.known(i)) continue;
      const bool wrong = !t.equal(i, t.given[i], 1e-6);
      if (!wrong && t.given[i] == 0) continue;
      const double x = t.x[i % t.columns];
      ++all[wrong];
      negative[wrong] += x < 0;
      positive[wrong] += x > 0;
      diagonal[wrong] += i / t.columns == i % t.columns;
    }
  }
};

/// Wrong elements only where x is negative, or positive; only on the diagonal, or beside it.
inline std::string place_of_wrong(const Tables& t) {
  const Places p(t);
  if (p.all[1] < 2 || p.all[0] < 2) return {};
  if (p.negative[1] == p.all[1] && p.negative[0] == 0) return "wrong only where x is negative";
  if (p.positive[1] == p.all[1] && p.positive[0] == 0) return "wrong only where x is positive";
  if (t.rows != t.columns) return {};
  if (p.diagonal[1] == p.all[1] && p.diagonal[0] == 0) return "wrong only on the diagonal";
  if (p.diagonal[1] == 0 && p.diagonal[0] == p.all[0]) return "wrong only beside the diagonal";
  return {};
}

/// All elements are off by what float keeps of a number.
inline bool is_float_precise(const Tables& t) {
  double most = 0;
  for (std::size_t i = 0; i < t.size(); ++i) {
    if (!t.known(i) || t.given[i] == t.numeric[i]) continue;
    most = std::fmax(most, std::fabs(t.given[i] / t.numeric[i] - 1));
  }
  return most > 1e-9 && most < 1e-4;
}

inline constexpr const char* some_digits_only =
    "right to some digits only: is something a float, or a constant too short?";

/// Empty where no pattern fits.
inline std::string diagnose(const Tables& t) {
  if (t.size() == 0) return {};
  const Factor factor = common_factor(t);
  if (std::fabs(factor.value - 1) < 5e-5) return some_digits_only;
  if (std::isfinite(factor.value)) return said_of_factor(factor, t);
  if (is_transposed(t)) return "transposed";
  if (const int by = shift_of(t)) {
    return by > 0 ? "each element stands one place too far right"
                  : "each element stands one place too far left";
  }
  std::string text = swapped(t);
  if (text.empty()) text = missing_constant(t);
  if (text.empty()) text = place_of_wrong(t);
  if (text.empty() && is_float_precise(t)) text = some_digits_only;
  return text;
}

}  // namespace tapegrad::gradtest::detail
