// What a check found. Its text is in report_text.hpp.
#pragma once

#include <cstddef>
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
  [[gnu::visibility("default")]] std::string text() const;
};

/// Needs `<ostream>` where it is used.
template <class Char, class Traits>
std::basic_ostream<Char, Traits>& operator<<(std::basic_ostream<Char, Traits>& out,
                                             const Report& report) {
  return out << report.text().c_str();
}

}  // namespace tapegrad::gradtest
