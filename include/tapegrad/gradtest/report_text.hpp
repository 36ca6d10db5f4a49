// The parts of a report's text.
#pragma once

#include <cstddef>
#include <string>

#include "tapegrad/gradtest/report.hpp"
#include "tapegrad/gradtest/text.hpp"

namespace tapegrad::gradtest::detail {

/// There is one number to compare with: not at a kink, and not where nothing is known.
inline bool has_number(const Slope& s) {
  return finite(s.value) && finite(s.error) && s.behaviour != Behaviour::kink;
}

inline std::string line_of(const Cell& cell) {
  const Slope& numeric = cell.numeric;
  const int digits = digits_apart(cell.given, numeric.value);
  std::string text = said("  %s = %s", cell.name.c_str(), shown(cell.given, digits).text);
  if (has_number(numeric)) {
    text += said(", numerically %s ± %s", shown(numeric.value, digits).text,
                 rounded(numeric.error).text);
  }
  if (!cell.why.empty()) text += said(" (%s)", cell.why.c_str());
  return text;
}

/// How the number of a cell was got; empty where there is none.
inline std::string origin_of(const Slope& s) {
  if (!(s.step > 0) || !has_number(s)) return {};
  const char* sides = s.behaviour == Behaviour::edge ? "one side" : "both sides";
  std::string text = said("  by differences to %s at steps down to %s, extrapolated to 0", sides,
                          rounded(s.step, 3).text);
  if (s.noise > 0) text += said("; values are off by some %s", rounded(s.noise).text);
  text += "\n";
  return text;
}

/// What would help where a slope isn't known.
inline const char* help_for(const Slope& s) {
  switch (s.behaviour) {
    case Behaviour::undefined:
      return "check at another x, or set a domain";
    case Behaviour::jump:
    case Behaviour::unbounded:
      return "there is no derivative at x: check at another";
    case Behaviour::unresolved:
      return "check at another x, or make f smoother: fix its randomness, tighten its solvers";
    default:
      if (s.hidden > 0 || s.lost > 0) return "check at an x nearer to 0";
      return s.noise > 0
                 ? "make f more exact: in double, with tighter solvers; or check at another x"
                 : "check at another x";
  }
}

/// The first line: the verdict, and of how many cells.
inline std::string summary_of(const Report& report) {
  const char* verdicts[] = {"ok", "wrong", "inconclusive"};
  const std::size_t cells = report.cells;
  std::string text = said("%s", verdicts[static_cast<int>(report.verdict)]);
  if (report.wrong > 0) {
    text += said(": %zu of %zu cell%s wrong", report.wrong, cells, plural(cells));
  } else if (report.inconclusive > 0) {
    text += said(": %zu of %zu cell%s not known", report.inconclusive, cells, plural(cells));
  } else if (cells > 0 || report.verdict == Verdict::ok) {
    text += said(": %zu cell%s compared", cells, plural(cells));
  }
  if (report.wrong > 0 && report.inconclusive > 0) {
    text += said(", %zu not known", report.inconclusive);
  }
  if (report.kinks > 0) text += said(", %zu kink%s accepted", report.kinks, plural(report.kinks));
  text += said("; %zu evaluation%s\n", report.evaluations, plural(report.evaluations));
  return text;
}

}  // namespace tapegrad::gradtest::detail
