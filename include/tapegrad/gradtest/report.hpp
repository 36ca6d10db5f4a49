// What a check found, and its text.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdio>
#include <iosfwd>
#include <string>
#include <utility>
#include <vector>

#include "tapegrad/gradtest/slope.hpp"

namespace tapegrad::gradtest {

enum class Verdict {
  ok,
  wrong,        ///< differs by more than the numeric derivative's own uncertainty and the tolerance
  inconclusive  ///< the numeric derivative itself isn't known well enough
};

/// One derivative, of an output by an input or along a direction.
struct Cell {
  std::string name;  ///< "d f / d x[2]"
  /// Which output and which input, counted row by row; the input is 0 for a direction.
  std::size_t output = 0, input = 0;
  double given = NAN;
  Slope numeric;
  Verdict verdict = Verdict::ok;
  std::string why = {};  ///< what is wrong or unknown, in words; empty where the numbers say it
};

/// What a check found. True if the verdict is ok.
class Report {
 public:
  Verdict verdict = Verdict::ok;
  /// Cells that were compared, and those among them that are wrong or inconclusive.
  std::size_t cells = 0, wrong = 0, inconclusive = 0;
  /// Accepted because the derivative lies between the slopes of both sides of a kink.
  std::size_t kinks = 0;
  /// Evaluations of the function.
  std::size_t evaluations = 0;
  /// The worst cells, at most eight.
  std::vector<Cell> worst = {};
  /// What was found besides single cells: "the gradient isn't written at x[3]".
  std::vector<std::string> findings = {};
  /// What the pattern of wrong cells suggests: "each is twice the numeric one". Empty without.
  std::string diagnosis = {};
  bool accepts_inconclusive = false;

  explicit operator bool() const {
    return verdict == Verdict::ok || (verdict == Verdict::inconclusive && accepts_inconclusive);
  }
  /// At most a screen.
  std::string text() const;
};

namespace detail {

/// As many digits as tell a double from its neighbours, no more than needed.
inline std::string shown(double x) {
  char text[32];
  for (int digits = 6; digits <= 17; ++digits) {
    std::snprintf(text, sizeof text, "%.*g", digits, x);
    double back = 0;
    if (std::sscanf(text, "%lf", &back) == 1 && back == x) break;
  }
  return text;
}

/// A number to some digits, for uncertainties and factors.
inline std::string rounded(double x, int digits = 2) {
  char text[32];
  std::snprintf(text, sizeof text, "%.*g", digits, x);
  return text;
}

inline std::string line_of(const Cell& cell) {
  std::string text = "  " + cell.name + " = " + shown(cell.given);
  if (std::isfinite(cell.numeric.value)) {
    text += ", numerically " + shown(cell.numeric.value) + " ± " + rounded(cell.numeric.error);
  }
  if (!cell.why.empty()) text += " (" + cell.why + ")";
  return text + "\n";
}

inline std::string counted(std::size_t n, const char* noun) {
  return std::to_string(n) + " " + noun + (n == 1 ? "" : "s");
}

}  // namespace detail

inline std::string Report::text() const {
  std::string text = verdict == Verdict::ok      ? "ok: "
                     : verdict == Verdict::wrong ? "wrong: "
                                                 : "inconclusive: ";
  if (wrong > 0) {
    text += std::to_string(wrong) + " of " + detail::counted(cells, "cell") + " wrong";
  } else if (inconclusive > 0) {
    text += std::to_string(inconclusive) + " of " + detail::counted(cells, "cell") + " not known";
  } else {
    text += detail::counted(cells, "cell") + " compared";
  }
  if (wrong > 0 && inconclusive > 0) text += ", " + std::to_string(inconclusive) + " not known";
  if (kinks > 0) text += ", " + detail::counted(kinks, "kink") + " accepted";
  text += "; " + detail::counted(evaluations, "evaluation") + "\n";
  for (const std::string& finding : findings) text += "  " + finding + "\n";
  if (!diagnosis.empty()) text += "  perhaps: " + diagnosis + "\n";
  for (const Cell& cell : worst) text += detail::line_of(cell);
  const std::size_t bad = wrong + inconclusive;
  if (bad > worst.size()) text += "  and " + std::to_string(bad - worst.size()) + " more\n";
  return text;
}

/// Needs `<ostream>` where it is used.
template <class Char, class Traits>
std::basic_ostream<Char, Traits>& operator<<(std::basic_ostream<Char, Traits>& out,
                                             const Report& report) {
  return out << report.text().c_str();
}

}  // namespace tapegrad::gradtest
