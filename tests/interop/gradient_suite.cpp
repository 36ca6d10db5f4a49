// gradtest's suites of right and wrong derivatives for other checkers: as a shared library of plain
// functions, which gradient_checkers.py calls. Each case is a function of numbers with a
// derivative.
#include <algorithm>
#include <cmath>
#include <iterator>
#include <vector>

#include "gradtest/functions.hpp"
#include "gradtest/mistakes.hpp"
#include "tapegrad/gradtest.hpp"

using namespace tapegrad::test;
namespace gt = tapegrad::gradtest;

namespace {

std::vector<Mistake> cases_of(bool right) {
  std::vector<Mistake> all;
  if (right) {
    for (const Scalar1& c : scalar_functions()) {
      all.push_back({c.kind,
                     c.name,
                     [f = c.f](View x) { return Vec{f(x[0])}; },
                     [df = c.df](View x, Out g) { g[0] = df(x[0]); },
                     {c.x}});
    }
    return all;
  }
  for (const auto& part :
       {mistakes_in_patterns(), mistakes_of_size_and_place(), mistakes_of_contract()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

const std::vector<Mistake>& suite(int right) {
  static const std::vector<Mistake> suites[2] = {cases_of(false), cases_of(true)};
  return suites[right];
}

const Mistake& case_of(int right, int i) { return suite(right)[static_cast<std::size_t>(i)]; }

}  // namespace

extern "C" {

int count(int right) { return static_cast<int>(suite(right).size()); }
const char* kind(int right, int i) { return case_of(right, i).kind; }
const char* name(int right, int i) { return case_of(right, i).name; }
int inputs(int right, int i) { return static_cast<int>(case_of(right, i).x.size()); }
int outputs(int right, int i) {
  return static_cast<int>(case_of(right, i).f(case_of(right, i).x).size());
}
void point(int right, int i, double* x) {
  std::copy(case_of(right, i).x.begin(), case_of(right, i).x.end(), x);
}
void value(int right, int i, const double* x, double* y) {
  const Mistake& m = case_of(right, i);
  const Vec at(x, x + m.x.size());
  const Vec values = m.f(at);
  std::copy(values.begin(), values.end(), y);
}
/// Into zeros, as a caller would provide.
void derivative(int right, int i, const double* x, double* j) {
  const Mistake& m = case_of(right, i);
  const Vec at(x, x + m.x.size());
  Vec result(m.x.size() * m.f(at).size());
  m.derivative(at, result);
  std::copy(result.begin(), result.end(), j);
}
/// 0: ok, 1: wrong, 2: inconclusive.
int verdict(int right, int i) {
  const Mistake& m = case_of(right, i);
  return static_cast<int>(gt::check(m.f, m.derivative, m.x).verdict);
}
}
