// Another module in the place of the one that is trained, put there so that no assignment sees it:
// the first step after that refuses, whether or not a visit knows the other.
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/nn/linear.hpp"
#include "tapegrad/nn/module.hpp"
#include "tapegrad/nn/parameter.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/optim/optimizer.hpp"
#include "tapegrad/optim/sgd.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::contains;
using test::error_of;

namespace {

struct Net : nn::Module {
  nn::Linear first{2, 3};
  std::vector<nn::Linear> blocks{std::vector<nn::Linear>(2, nn::Linear(3, 3))};
  std::map<std::string, nn::Linear> heads{{"a", nn::Linear(3, 1)}, {"b", nn::Linear(3, 1)}};
  void visit(nn::Visitor& v) override {
    v("first", first);
    v("blocks", blocks);
    for (auto& [name, head] : heads) v(name, head);
  }
  Tensor forward(const Tensor& x) {
    Tensor y = first(x);
    for (nn::Linear& block : blocks) y = block(y);
    for (auto& [name, head] : heads) y = y + head(y).sum();
    return y;
  }
};

using Owner = std::unique_ptr<Net>;
using Change = std::function<void(Owner& net, Owner& other)>;

enum class Known { no, yes };
enum class Drops { optimizer, module };

/// What the first step after `change` says. `other` is another model, perhaps one that is saved and
/// so visited; gradients are dropped by the optimizer or by the module that is there.
std::string first_step_after(const Change& change, Known known, Drops drops) {
  auto net = std::make_unique<Net>();
  auto other = std::make_unique<Net>(*net);
  optim::SGD rule(net->parameters(), {.lr = 0.1});
  if (known == Known::yes) other->parameters();
  const auto train = [&] {
    drops == Drops::optimizer ? rule.zero_grad() : net->zero_grad();
    net->forward(ones({1, 2})).sum().backward();
    rule.step();
  };
  for (int i = 0; i < 3; ++i) train();
  change(net, other);
  const std::string message = error_of(train);
  CHECK(error_of(train) == message);  // and again
  return message;
}

void check_refused(const Change& change) {
  for (const Known known : {Known::no, Known::yes}) {
    for (const Drops drops : {Drops::optimizer, Drops::module}) {
      INFO("known " << (known == Known::yes) << ", module drops " << (drops == Drops::module));
      CHECK_THAT(first_step_after(change, known, drops), Catch::Contains("make a new optimizer"));
    }
  }
}

}  // namespace

TEST_CASE("a module behind a pointer that became another is refused in the first step",
          "[nn][replaced][identity]") {
  check_refused([](Owner& net, Owner& other) { net.swap(other); });
  check_refused([](Owner& net, Owner& other) { net = std::move(other); });
  check_refused([](Owner& net, Owner&) { net = std::make_unique<Net>(); });
}

TEST_CASE("std::exchange() makes another module, and is refused in the first step",
          "[nn][replaced][identity]") {
  const auto message = [](const Change& change) {
    return first_step_after(change, Known::no, Drops::optimizer);
  };
  const Change change = [kept = std::make_shared<Owner>()](Owner& net, Owner&) {
    *kept = std::make_unique<Net>(std::exchange(*net, Net()));
  };
  check_refused(change);
  CHECK(contains(message(change), "a gradient came to parameters of shape [3, 2], [3], [3, 3]"));
  check_refused([](Owner& net, Owner&) { static_cast<void>(std::exchange(*net, Net())); });
  check_refused([kept = std::make_shared<Owner>()](Owner& net, Owner&) {
    *kept = std::make_unique<Net>(std::move(*net));  // takes the tensors along
    *net = **kept;
  });
  check_refused([kept = std::make_shared<Owner>()](Owner& net, Owner& other) {
    *kept = std::make_unique<Net>(std::exchange(*net, std::move(*other)));
  });
}

TEST_CASE("containers whose contents became others are refused in the first step",
          "[nn][replaced][identity]") {
  check_refused([](Owner& net, Owner& other) { net->blocks.swap(other->blocks); });
  check_refused([](Owner& net, Owner& other) { std::swap(net->blocks, other->blocks); });
  check_refused([](Owner& net, Owner& other) { net->blocks = std::move(other->blocks); });
  check_refused(
      [](Owner& net, Owner&) { net->blocks = std::vector<nn::Linear>(2, nn::Linear(3, 3)); });
  check_refused([](Owner& net, Owner& other) { net->heads = other->heads; });
  check_refused([](Owner& net, Owner& other) { net->heads = std::move(other->heads); });
  check_refused([](Owner& net, Owner& other) { net->heads.swap(other->heads); });
  check_refused(
      [](Owner& net, Owner& other) { net->heads.extract("a"), net->heads.merge(other->heads); });
}

TEST_CASE("a model that was moved to itself has no vectors, and is refused in the first step",
          "[nn][replaced][identity]") {
  Net net;
  optim::SGD rule(net.parameters(), {.lr = 0.1});
  const auto train = [&] {
    rule.zero_grad();
    net.forward(ones({1, 2})).sum().backward();
    rule.step();
  };
  train();
  std::swap(net, net);  // comes to rest where it was
  train();
  Net& same = net;
  net = std::move(same);
  CHECK(net.blocks.empty());
  CHECK(net.first.weight.defined());
  CHECK_THROWS_WITH(train(), Catch::Contains("is not part of a module any more"));
}

TEST_CASE("a tensor that was put into a parameter behind its back is noticed",
          "[nn][replaced][identity]") {
  const auto put = [](Owner& net, const Tensor& x) { static_cast<Tensor&>(net->first.weight) = x; };
  const auto message = [](const Change& change) {
    return first_step_after(change, Known::no, Drops::optimizer);
  };
  const std::string replaced = "SGD: parameter 0 of group 0, of shape [3, 2], is not part of a mod";
  CHECK(contains(message([&](Owner& net, Owner&) { put(net, ones({3, 2})); }), replaced));
  CHECK(contains(message([&](Owner& net, Owner&) {
                   put(net, ones({3, 2}, {.requires_grad = true}));
                   net->parameters();
                 }),
                 replaced));
  Owner net = std::make_unique<Net>();
  put(net, ones({3, 2}, {.requires_grad = true}));
  optim::SGD rule(net->parameters(), {.lr = 0.1});
  net->forward(ones({1, 2})).sum().backward();
  rule.step();
  net->first.weight = zeros({3, 2});
  CHECK(rule.parameters()[0].is_same(net->first.weight));
  const Tensor taken = std::move(net->first.weight);
  CHECK(contains(error_of([&] { net->first(ones({1, 2})); }), "moved from"));
}

TEST_CASE("optimizers made for another part, or in another order, are not refused",
          "[nn][replaced]") {
  Net net;
  Net backbone;
  backbone.parameters();  // trained by nobody, though gradients reach it
  optim::SGD rule(net.parameters(), {.lr = 0.1});
  for (int i = 0; i < 4; ++i) {
    rule.zero_grad();
    Tensor y = backbone.first(ones({1, 2})).sum() * ones({1, 2});
    if (i % 2 == 0) y = net.first(y);  // a part that is used now and then
    (y.sum() + net.heads.at("a")(ones({1, 3})).sum()).backward();
    rule.step();
  }
}
