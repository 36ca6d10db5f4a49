// Modules within modules, without an end.
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/nn/linear.hpp"
#include "tapegrad/nn/module.hpp"
#include "tapegrad/nn/parameter.hpp"
#include "tapegrad/nn/sequential.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;

namespace {

/// A module whose parts are elsewhere, so that any graph of modules can be made.
struct Link : nn::Module {
  std::vector<Link*> next;
  nn::Parameter weight = ones({1});
  void visit(nn::Visitor& v) override {
    v("weight", weight);
    for (std::size_t i = 0; i < next.size(); ++i) v("part" + std::to_string(i), *next[i]);
  }
};

/// Everything that goes through a module says the same.
void check_refused(Link& m) {
  const auto says = [](const std::string& message) {
    CHECK(test::contains(message, "visit: 500 modules within each other"));
    CHECK(test::contains(message, "part0.part"));
    CHECK(test::contains(message, "...\": does one contain itself?"));
    CHECK(message.size() < 200);
  };
  says(test::error_of([&] { m.parameters(); }));
  says(test::error_of([&] { m.buffers(); }));
  says(test::error_of([&] { m.state_dict(); }));
  says(test::error_of([&] { static_cast<void>(m.load_state_dict({})); }));
  says(test::error_of([&] { m.eval(); }));
  says(test::error_of([&] { m.to(float64); }));
  says(test::error_of([&] { m.requires_grad_(false); }));
  says(test::error_of([&] { m.zero_grad(); }));
  says(test::error_of([&] { m.apply([](nn::Module&) {}); }));
  says(test::error_of([&] { to_string(m); }));
  says(test::error_of([&] { m = Link(); }));
}

}  // namespace

TEST_CASE("a module that contains itself is refused", "[nn][depth]") {
  Link self;
  self.next = {&self, &self};
  check_refused(self);
  Link a, b, c;
  a.next = {&b};
  b.next = {&c};
  c.next = {&a};
  check_refused(a);
}

TEST_CASE("a list that contains its owner is refused", "[nn][depth]") {
  struct Tree : nn::Module {
    std::vector<Tree> children;
    std::vector<Tree>* shown = &children;
    void visit(nn::Visitor& v) override { v("children", *shown); }
  };
  Tree leaf;
  leaf.children.emplace_back();
  leaf.children[0].shown = &leaf.children;
  CHECK_THROWS_WITH(leaf.state_dict(), Catch::Contains("does one contain itself?"));
}

TEST_CASE("a hundred thousand modules within each other are refused", "[nn][depth]") {
  std::vector<Link> chain(100000);
  for (std::size_t i = 0; i + 1 < chain.size(); ++i) chain[i].next = {&chain[i + 1]};
  check_refused(chain[0]);
  CHECK(chain[chain.size() - 400].parameters().size() == 400);
  CHECK(test::contains(to_string(chain[chain.size() - 400]), "(part0): Link("));
}

TEST_CASE("a Sequential refuses to be nested deeper than a visit goes", "[nn][depth]") {
  nn::Sequential net(nn::Linear(1, 1));
  std::size_t depth = 1;
  const std::string message = test::error_of([&] {
    for (; depth < 100000; ++depth) {
      nn::Sequential outer;
      outer.push_back(net);
      net = std::move(outer);
    }
  });
  CHECK(test::contains(message, "500 modules within each other"));
  CHECK(depth > 400);
  CHECK(net(ones({1, 1})).shape() == Shape{1, 1});
}
