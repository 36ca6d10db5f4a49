// What a check found, and its text.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>
#include <utility>
#include <vector>

#include "tapegrad/gradtest/slope.hpp"
#include "tapegrad/gradtest/text.hpp"

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
  double given = detail::nan;
  Slope numeric;
  Verdict verdict = Verdict::ok;
  std::string why = {};  ///< what is wrong or unknown, in words; empty where the numbers say it
};

/// The worst cells of a check, in this order; few, so that a report fits a screen.
class Worst {
 public:
  static constexpr std::size_t most = 8;

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  Cell& operator[](std::size_t i) { return cells_[i]; }
  const Cell& operator[](std::size_t i) const { return cells_[i]; }
  Cell* begin() { return cells_; }
  Cell* end() { return cells_ + size_; }
  const Cell* begin() const { return cells_; }
  const Cell* end() const { return cells_ + size_; }
  /// Before the one at this place, where it is among the first; the last one may have to go.
  void insert(std::size_t place, const Cell& cell) {
    if (place >= most) return;
    if (size_ < most) ++size_;
    for (std::size_t i = size_ - 1; i > place; --i) cells_[i] = cells_[i - 1];
    cells_[place] = cell;
  }

 private:
  Cell cells_[most];
  std::size_t size_ = 0;
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
  Worst worst = {};
  /// What was found besides single cells, alarming or not: "the derivative of f by x[3] isn't
  /// written", "f throws at x[0] = -2e-09".
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

}  // namespace detail

inline std::string Report::text() const {
  std::string text = detail::summary_of(*this);
  for (const std::string& finding : findings) text += detail::said("  %s\n", finding.c_str());
  if (!diagnosis.empty()) text += detail::said("  perhaps: %s\n", diagnosis.c_str());
  for (const Cell& cell : worst) text += detail::said("%s\n", detail::line_of(cell).c_str());
  if (!worst.empty()) text += detail::origin_of(worst[0].numeric);
  const std::size_t bad = wrong + inconclusive;
  if (bad > worst.size()) text += detail::said("  and %zu more\n", bad - worst.size());
  if (verdict == Verdict::inconclusive && !worst.empty())
    text += detail::said("  what would help: %s\n", detail::help_for(worst[0].numeric));
  return text;
}

/// Needs `<ostream>` where it is used.
template <class Char, class Traits>
std::basic_ostream<Char, Traits>& operator<<(std::basic_ostream<Char, Traits>& out,
                                             const Report& report) {
  return out << report.text().c_str();
}

}  // namespace tapegrad::gradtest
