// What bench/overhead times and bench/counts counts instructions of: work whose arithmetic costs
// next to nothing, so that the library itself shows. A case is added in cases.cpp alone.
#pragma once

#include <functional>
#include <vector>

namespace overhead {

/// `run` is measured; `before` and `after` stand around each run of it and aren't.
struct Work {
  std::function<void()> run;
  std::function<void()> before = {};
  std::function<void()> after = {};
};

struct Case {
  const char* name;
  int operations;    ///< in one run
  double budget_ns;  ///< for one operation; 0 where there is none
  Work (*make)();
};

const std::vector<Case>& cases();

}  // namespace overhead
