// What reports call inputs, outputs, cells and points.
#pragma once

#include <cmath>
#include <cstddef>
#include <string>

#include "tapegrad/gradtest/options.hpp"
#include "tapegrad/gradtest/problem.hpp"
#include "tapegrad/gradtest/text.hpp"

namespace tapegrad::gradtest::detail {

class Places {
 public:
  Places(const Problem& problem, const Options& options) : problem_(problem), options_(options) {}

  std::size_t outputs = 0;

  /// "x[2]", or what the caller calls it.
  std::string input(std::size_t i) const {
    if (i < options_.names.size()) return options_.names[i];
    std::string name = problem_.input_name(i);
    if (!name.empty()) return name;
    return problem_.x.size() == 1 ? said("x") : said("x[%zu]", i);
  }
  std::string output(std::size_t o) const {
    std::string name = problem_.output_name(o);
    if (!name.empty()) return name;
    if (problem_.second_order) return said("(d f / d %s)", input(o).c_str());
    return outputs == 1 ? said("f") : said("f[%zu]", o);
  }
  /// "d f[1] / d x[2]"; of a Hessian "d2 f / d x[1] d x[2]".
  std::string cell(std::size_t o, std::size_t i) const {
    if (problem_.second_order) return said("d2 f / d %s d %s", input(o).c_str(), input(i).c_str());
    return said("d %s / d %s", output(o).c_str(), input(i).c_str());
  }
  /// "d f[1] / d direction 3".
  std::string slope(std::size_t o, int direction, const char* where) const {
    return said("d %s / d direction %d%s", output(o).c_str(), direction, where);
  }
  /// "x[0] = 1.02, x[1] = -0.3"; of points with many inputs the first ones.
  std::string point(const Values& x) const {
    constexpr std::size_t most = 3;
    std::string text;
    for (std::size_t i = 0; i < x.size() && i < most; ++i)
      text += said("%s%s = %s", i == 0 ? "" : ", ", input(i).c_str(), rounded(x[i], 6).text);
    if (x.size() > most) text += ", ...";
    return text;
  }
  /// "x[0] = 0.7 - 2.3e-10": a step of t from x along input i.
  std::string beside(std::size_t i, double t) const {
    const double x = problem_.x[i];
    if (!(std::fabs(t) < 1e-3 * std::fabs(x)))
      return said("%s = %s", input(i).c_str(), rounded(x + t).text);
    return said("%s = %s %c %s", input(i).c_str(), shown(x).text, t < 0 ? '-' : '+',
                rounded(std::fabs(t)).text);
  }

 private:
  const Problem& problem_;
  const Options& options_;
};

}  // namespace tapegrad::gradtest::detail
