#include "optim/line_search.hpp"

#include <vector>

#include "optim/reference/line_searches.hpp"
#include "support/catch.hpp"

using namespace tapegrad;
using optim::Found;
using optim::Trial;

// Whatever it finds there: the answers are random.
TEST_CASE("the line search looks where PyTorch's does", "[optim][lbfgs]") {
  for (std::size_t i = 0; i < test::line_searches.size(); ++i) {
    const test::LineSearchCase& one = test::line_searches[i];
    INFO("case " << i);
    std::vector<double> looked;
    const auto function = [&](double t) {
      const auto [value, slope] = one.answers.at(looked.size());
      looked.push_back(t);
      return Trial{.t = t, .value = value, .slope = slope};
    };
    const Found found = optim::strong_wolfe(function, {.slope = -1}, one.first, 1, one.most);
    REQUIRE(looked.size() == one.looked.size());
    CHECK(found.evaluations == static_cast<std::int64_t>(looked.size()));
    for (std::size_t k = 0; k < looked.size(); ++k) {
      CHECK(looked[k] == Approx(one.looked[k]).epsilon(1e-12));
    }
    CHECK(found.trial.t == Approx(one.end).epsilon(1e-12));
  }
}
