// The containers whose parts visit() names, layers that are const, and layers that draw from a
// generator of their own.
#include <array>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/nn/activation.hpp"
#include "tapegrad/nn/dropout.hpp"
#include "tapegrad/nn/linear.hpp"
#include "tapegrad/nn/sequential.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"

using namespace tapegrad;
using tapegrad::test::error_of;

namespace {

std::vector<std::string> names_of(const nn::Module& module) {
  std::vector<std::string> names;
  for (const NamedTensor& entry : module.named_parameters()) names.push_back(entry.name);
  return names;
}

struct Many : nn::Module {
  std::array<nn::Linear, 2> pair{nn::Linear(1, 1, {.bias = false}),
                                 nn::Linear(1, 1, {.bias = false})};
  std::deque<nn::Parameter> queue;
  std::map<std::string, nn::Linear> by_name;
  std::map<int, nn::Linear> by_number;
  std::optional<nn::Linear> perhaps;
  std::optional<nn::Parameter> never;
  std::unique_ptr<nn::Linear> owned =
      std::make_unique<nn::Linear>(1, 1, nn::LinearOptions{.bias = false});
  std::shared_ptr<nn::Linear> nobody;
  std::vector<std::variant<nn::Linear, nn::Parameter>> either;

  Many() {
    queue.emplace_back(ones({1}));
    by_name.emplace("left", nn::Linear(1, 1, {.bias = false}));
    by_name.emplace("right", nn::Linear(1, 1, {.bias = false}));
    by_number.emplace(7, nn::Linear(1, 1, {.bias = false}));
    perhaps.emplace(1, 1, nn::LinearOptions{.bias = false});
    either.emplace_back(nn::Linear(1, 1, {.bias = false}));
    either.emplace_back(nn::Parameter(ones({1})));
  }
  void visit(nn::Visitor& v) override {
    v("pair", pair);
    v("queue", queue);
    v("by_name", by_name);
    v("by_number", by_number);
    v("perhaps", perhaps);
    v("never", never);
    v("owned", owned);
    v("nobody", nobody);
    v("either", either);
  }
};

struct Classifier : nn::Module {
  nn::Linear hidden{3, 4};
  nn::Sequential out{nn::ReLU(), nn::Linear(4, 2)};
  void visit(nn::Visitor& v) override {
    v("hidden", hidden);
    v("out", out);
  }
  Tensor forward(const Tensor& x) const { return out(hidden(x)); }
};

}  // namespace

TEST_CASE("parts in every container have names", "[nn][visit]") {
  Many many;
  CHECK(names_of(many) == std::vector<std::string>{"pair.0.weight", "pair.1.weight", "queue.0",
                                                   "by_name.left.weight", "by_name.right.weight",
                                                   "by_number.7.weight", "perhaps.weight",
                                                   "owned.weight", "either.0.weight", "either.1"});
  const StateDict state = many.state_dict().clone();
  {
    const NoGrad guard;
    for (Tensor& p : many.parameters()) p.fill_(3);
  }
  CHECK(many.load_state_dict(state).complete());
  CHECK(many.by_number.at(7).weight.item<float>() == state["by_number.7.weight"].item<float>());
  many.by_name.emplace("a.b", nn::Linear(1, 1));
  CHECK_FALSE(error_of([&] { (void)many.parameters(); }).empty());
}

TEST_CASE("a const model computes", "[nn][const]") {
  const Classifier model;
  const Tensor x = randn({5, 3});
  CHECK(model.forward(x).shape() == Shape{5, 2});
  const auto gradient = [&] {
    model.forward(x).sum().backward();
    return model.hidden.weight.grad();
  };
  CHECK(gradient().defined());
  const nn::Sequential chain(nn::Linear(3, 2), nn::Dropout(0.5), nn::Tanh());
  CHECK(chain(x).shape() == Shape{5, 2});
}

TEST_CASE("layers of two threads draw from generators of their own", "[nn][generator][threads]") {
  const auto build = [](std::uint64_t seed) {
    Generator generator(seed);
    const nn::Linear layer(8, 4, {.generator = generator});
    const nn::Dropout dropout(0.5, generator);
    return std::pair(layer.weight.to_vector<float>(), dropout(ones({64})).to_vector<float>());
  };
  const auto first = build(1);
  const auto second = build(2);
  CHECK(first.first != second.first);
  for (int round = 0; round < 20; ++round) {
    decltype(build(1)) mine;
    std::thread other([&] { mine = build(1); });
    const auto here = build(2);
    other.join();
    REQUIRE(mine == first);
    REQUIRE(here == second);
  }
}
