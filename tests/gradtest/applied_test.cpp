#include "gradtest/applied.hpp"

#include <vector>

#include "support/catch.hpp"
#include "tapegrad/gradtest.hpp"

namespace gt = tapegrad::gradtest;
using namespace tapegrad::test;

namespace {

std::vector<Applied> all_applied() {
  std::vector<Applied> all;
  for (const auto& part : {physics(), statistics_and_finance(), geometry(), special_functions(),
                           numerical_methods()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

}  // namespace

TEST_CASE("derivatives from applications: right ones pass, mistakes are wrong",
          "[gradtest][suite]") {
  std::size_t undecided = 0, caught = 0;
  const std::vector<Applied> all = all_applied();
  for (const Applied& c : all) {
    const gt::Report right = gt::check(c.f, c.right, c.x);
    const gt::Report wrong = gt::check(c.f, c.wrong, c.x);
    INFO(c.field << ": " << c.name << "\nright: " << right.text() << "wrong: " << wrong.text());
    CHECK(right.verdict != gt::Verdict::wrong);
    CHECK(wrong.verdict != gt::Verdict::ok);
    undecided += right.verdict == gt::Verdict::inconclusive;
    caught += wrong.verdict == gt::Verdict::wrong;
  }
  CHECK(all.size() == 56);
  CHECK(caught == all.size());
  CHECK(undecided == 0);
}
