#include "support/sweep.hpp"

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

namespace tapegrad::test {
namespace {

const char* path() { return std::getenv("TAPEGRAD_SWEEP"); }

/// The numbers of a list with commas.
std::set<int> numbers(const char* list) {
  std::set<int> found;
  std::istringstream text(list);
  for (std::string number; std::getline(text, number, ',');) found.insert(std::stoi(number));
  return found;
}

}  // namespace

bool sweeping() { return path() != nullptr; }

bool wanted() {
  static const char* const list = std::getenv("TAPEGRAD_SWEEP_ROWS");
  static const std::set<int> rows = numbers(list ? list : "");
  static int next = 0;
  const int row = next++;
  return !list || rows.count(row) > 0;
}

void account(std::string_view operation, int order, std::size_t comparisons, std::string_view why) {
  std::ofstream(path(), std::ios::app)
      << operation << '\t' << order << '\t' << comparisons << '\t' << why << '\n';
}

}  // namespace tapegrad::test
