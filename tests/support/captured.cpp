#include "support/captured.hpp"

#include "support/catch.hpp"
#include "support/values.hpp"
#include "tapegrad/program.hpp"

namespace tapegrad::test {
namespace {

std::vector<Tensor> copies_of(const std::vector<Tensor>& list) {
  std::vector<Tensor> copies;
  for (const Tensor& x : list) copies.push_back(x.detach().clone());
  return copies;
}

}  // namespace

void check_captured(const ManyToMany& f, const std::vector<std::vector<Tensor>>& lists) {
  const std::vector<Feed> feeds(lists[0].begin(), lists[0].end());
  const Program program = capture(f, feeds);
  for (const std::vector<Tensor>& list : lists) {
    const std::vector<Tensor> expected = f(copies_of(list));
    const std::vector<Tensor> got = program.run(copies_of(list));
    INFO("the program:\n" << program.text());
    REQUIRE(got.size() == expected.size());
    for (std::size_t i = 0; i < got.size(); ++i) {
      INFO("result " << i);
      CHECK(got[i].dtype() == expected[i].dtype());
      CHECK(difference(got[i], expected[i].detach(), 0, 0) == "");
    }
  }
}

}  // namespace tapegrad::test
