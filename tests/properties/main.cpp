// Runs every property on random cases; the only file that includes rapidcheck.
//
//   properties CASES [SEED]      CASES: of all properties together
#include <rapidcheck.h>

#include <cstdlib>
#include <iostream>
#include <random>

#include "naive.hpp"

namespace properties {

std::int64_t pick(std::int64_t low, std::int64_t high) {
  // Else the range would grow with the number of the case.
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(low, high + 1));
}

}  // namespace properties

namespace {

struct Property {
  const char* sentence;
  void (*holds)();
};

const Property all[] = {
    {"views show their elements", properties::views_show_their_elements},
    {"writes through views reach their elements and no others",
     properties::writes_through_views_reach_their_elements},
    {"gradients of views add up", properties::gradients_of_views_add_up},
    {"brackets read the elements that they name", properties::brackets_read},
    {"brackets assign to the elements that they name", properties::brackets_assign},
    {"brackets add to the elements that they name", properties::brackets_add},
    {"gradients of brackets add up", properties::gradients_of_brackets_add_up},
    {"operands broadcast", properties::operands_broadcast},
    {"gradients of operands add up", properties::gradients_of_operands_add_up},
    {"dims are reduced", properties::dims_are_reduced},
};

}  // namespace

int main(int count, char** arguments) {
  if (count < 2 || count > 3) {
    std::cerr << "usage: " << arguments[0] << " CASES [SEED]\n";
    return 2;
  }
  const long long each = std::max(1LL, std::atoll(arguments[1]) / std::ssize(all));
  const std::string seed = count > 2 ? arguments[2] : std::to_string(std::random_device()());
  setenv("RC_PARAMS", ("max_success=" + std::to_string(each) + " seed=" + seed).c_str(), 1);
  std::cerr << "again: " << arguments[0] << ' ' << arguments[1] << ' ' << seed << '\n';
  bool good = true;
  for (const Property& property : all) good = rc::check(property.sentence, property.holds) && good;
  return good ? 0 : 1;
}
