// What the pattern of wrong elements suggests: a sign, a factor, a transposition. Only what fits
// every element is said.
#pragma once

#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "tapegrad/gradtest/text.hpp"

namespace tapegrad::gradtest::detail {

/// The derivative that was given beside the numeric one, row by row; NaN where the numeric one
/// isn't known.
struct Tables {
  std::size_t rows = 0, columns = 0;
  std::vector<double> given, numeric, error;
  std::vector<double> x;
  /// How many inputs there are, where columns are directions.
  std::size_t inputs = 0;

  std::size_t size() const { return given.size(); }
  bool known(std::size_t i) const { return std::isfinite(numeric[i]); }
  bool equal(std::size_t i, double value, double tolerance) const {
    return !known(i) ||
           std::fabs(value - numeric[i]) <= 2 * error[i] + tolerance * std::fabs(numeric[i]);
  }
};

/// Which element stands where element i should; a and b are the pattern's own.
using Place = std::size_t (*)(const Tables& t, std::size_t i, std::size_t a, std::size_t b);

/// Whether elements that are taken from other places, or divided by a factor, fit the numeric
/// ones: all of them, and some that are neither 0 nor what was given.
inline bool fits(const Tables& t, double tolerance, double factor, Place place, std::size_t a = 0,
                 std::size_t b = 0) {
  std::size_t told = 0;
  for (std::size_t i = 0; i < t.size(); ++i) {
    const double expected = t.given[place ? place(t, i, a, b) : i] / factor;
    if (!t.equal(i, expected, tolerance)) return false;
    told += t.known(i) && std::fabs(t.numeric[i]) > 100 * t.error[i] && expected != t.given[i];
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
  if (!fits(t, tolerance, factor, nullptr)) return {};
  return {factor, std::fabs(factor) * 2 * smallest};
}

/// A factor that people forget or apply twice, as its name.
struct Usual {
  double factor;
  const char* name;
  const char* meaning;
};

/// The name of a factor; empty where a single element has one that means nothing.
inline std::string said_of_factor(const Factor& factor, const Tables& t) {
  if (factor.is(-1)) return said("the opposite sign");
  const char* each = t.size() == 1 ? "it is" : "each element is";
  const auto n = static_cast<double>(t.inputs);
  const auto m = static_cast<double>(t.rows);
  constexpr double degree = 57.29577951308232;
  const Usual usual[] = {
      {n > 2 ? n : NAN, nullptr, ": the number of inputs"},
      {n > 2 ? 1 / n : NAN, nullptr, ": one by the number of inputs"},
      {m > 2 ? m : NAN, nullptr, ": the number of outputs"},
      {m > 2 ? 1 / m : NAN, nullptr, ": one by the number of outputs"},
      {degree, "180/π", ": degrees for radians"},
      {1 / degree, "π/180", ": radians for degrees"},
  };
  for (const Usual& u : usual) {
    if (!factor.is(u.factor)) continue;
    const Digits whole = rounded(u.factor < 1 ? 1 / u.factor : u.factor, 6);
    const char* name = u.name ? u.name : whole.text;
    const char* inverse = u.factor < 1 && !u.name ? "1/" : "";
    return said("%s %s%s times the numeric one%s", each, inverse, name, u.meaning);
  }
  double value = factor.value;
  bool is_known = t.size() > 1 && factor.error <= 1e-6 * std::fabs(value);
  for (const double c :
       {2.0, 0.5, 1.5, 2 / 3.0, 3.0, 4.0, 0.25, 10.0, 0.1, 100.0, 0.01, 1000.0, 1e-3, 1e-4}) {
    if (!factor.is(c) && !(c <= 2 && c >= 0.5 && factor.is(-c))) continue;
    value = value < 0 ? -c : c;
    is_known = true;
    break;
  }
  if (!is_known) return {};
  return said("%s %s times the numeric one", each, rounded(value, 6).text);
}

inline bool is_transposed(const Tables& t) {
  if (t.rows != t.columns || t.rows < 2) return false;
  const Place across = [](const Tables& of, std::size_t i, std::size_t, std::size_t) {
    return i % of.columns * of.columns + i / of.columns;
  };
  return fits(t, 1e-6, 1, across);
}

/// The elements of each row are one place too far to the right (1) or left (-1); 0 for neither.
inline int shift_of(const Tables& t) {
  if (t.columns < 3) return 0;
  const Place moved = [](const Tables& of, std::size_t i, std::size_t by, std::size_t) {
    return i / of.columns * of.columns + (i + by) % of.columns;
  };
  if (fits(t, 1e-6, 1, moved, 1)) return 1;
  return fits(t, 1e-6, 1, moved, t.columns - 1) ? -1 : 0;
}

/// Two rows, or for a single row two elements, that stand in each other's place.
inline std::string swapped(const Tables& t) {
  const bool single = t.rows == 1;
  const std::size_t count = single ? t.columns : t.rows;
  const Place exchanged = [](const Tables& of, std::size_t i, std::size_t a, std::size_t b) {
    const std::size_t width = of.rows == 1 ? 1 : of.columns;
    const std::size_t at = i / width;
    return (at == a ? b : at == b ? a : at) * width + i % width;
  };
  for (std::size_t a = 0; a < count; ++a) {
    for (std::size_t b = a + 1; b < count && count <= 64; ++b) {
      if (!fits(t, 1e-6, 1, exchanged, a, b)) continue;
      return said("%s %zu and %zu are swapped", single ? "elements" : "rows", a, b);
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
  return said("each wrong element is %s too %s", rounded(std::fabs(constant), 6).text,
              constant > 0 ? "large" : "small");
}

/// Every element is off by the same part of its x, as a penalty of squares that was forgotten is.
inline std::string missing_penalty(const Tables& t) {
  if (t.rows != 1 || t.columns < 3) return {};
  double part = NAN;
  std::size_t told = 0;
  for (std::size_t i = 0; i < t.size(); ++i) {
    if (!t.known(i)) continue;
    const double off = t.numeric[i] - t.given[i];
    if (std::isnan(part) && t.x[i] != 0) part = off / t.x[i];
    const double allowed = 4 * t.error[i] + 1e-6 * std::fabs(off);
    if (t.x[i] != 0 && !(std::fabs(off - part * t.x[i]) <= allowed)) return {};
    told += t.given[i] != 0 && std::fabs(off) > 100 * allowed;
  }
  if (told < 3) return {};
  return said("each element is %s x too %s: a penalty of squares?",
              rounded(std::fabs(part), 6).text, part > 0 ? "small" : "large");
}

/// The only wrong element among some.
inline std::string only_one(const Tables& t) {
  std::size_t wrong = 0, at = 0, right = 0;
  for (std::size_t i = 0; i < t.size(); ++i) {
    if (!t.known(i)) continue;
    const bool is_wrong = !t.equal(i, t.given[i], 1e-6);
    ++(is_wrong ? wrong : right);
    if (is_wrong) at = i;
  }
  if (wrong != 1 || right < 2) return {};
  const Tables one{.rows = 1,
                   .columns = 1,
                   .given = {t.given[at]},
                   .numeric = {t.numeric[at]},
                   .error = {t.error[at]},
                   .x = {t.x[at % t.columns]},
                   .inputs = 1};
  const Factor factor = common_factor(one);
  const std::string how = std::isfinite(factor.value) ? said_of_factor(factor, one) : std::string();
  return how.empty() ? said("only this element is wrong")
                     : said("only this element is wrong: %s", how.c_str());
}

/// Right and wrong elements, counted by where they stand. Elements that are 0 and right tell
/// nothing.
struct Sides {
  std::size_t all[2] = {}, negative[2] = {}, positive[2] = {}, diagonal[2] = {};

  explicit Sides(const Tables& t) {
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
  const Sides p(t);
  if (p.all[1] < 2 || p.all[0] < 2) return {};
  if (p.negative[1] == p.all[1] && p.negative[0] == 0)
    return said("wrong only where x is negative");
  if (p.positive[1] == p.all[1] && p.positive[0] == 0)
    return said("wrong only where x is positive");
  if (t.rows != t.columns) return {};
  if (p.diagonal[1] == p.all[1] && p.diagonal[0] == 0) return said("wrong only on the diagonal");
  if (p.diagonal[1] == 0 && p.diagonal[0] == p.all[0])
    return said("wrong only beside the diagonal");
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

inline std::string said_of_digits() {
  return said("right to some digits only: is something a float, or a constant too short?");
}

/// Of slopes along directions: what they have in common.
inline std::string diagnose_directions(const Tables& t) {
  const Factor factor = common_factor(t);
  if (!std::isfinite(factor.value)) return {};
  return std::fabs(factor.value - 1) < 5e-5 ? said_of_digits() : said_of_factor(factor, t);
}

/// Empty where no pattern fits.
inline std::string diagnose(const Tables& t) {
  if (t.size() == 0) return {};
  const Factor factor = common_factor(t);
  if (std::fabs(factor.value - 1) < 5e-5) return said_of_digits();
  if (std::isfinite(factor.value)) return said_of_factor(factor, t);
  if (is_transposed(t)) return said("transposed");
  if (const int by = shift_of(t)) {
    return said("each element stands one place too far %s", by > 0 ? "right" : "left");
  }
  std::string text = swapped(t);
  if (text.empty()) text = missing_constant(t);
  if (text.empty()) text = missing_penalty(t);
  if (text.empty()) text = only_one(t);
  if (text.empty()) text = place_of_wrong(t);
  if (text.empty() && is_float_precise(t)) text = said_of_digits();
  return text;
}

}  // namespace tapegrad::gradtest::detail
