// Modules keep their tensors when they are assigned, optimizers take theirs along: a list of both
// that is sorted has pairs that don't belong together, and the next step says so.
#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/nn/linear.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/optim/adam.hpp"
#include "tapegrad/optim/sgd.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::contains;
using test::error_of;

namespace {

struct Agent {
  nn::Linear net{2, 1};
  optim::SGD rule{net.parameters(), {.lr = 0.5}};

  explicit Agent(double bias) { net.bias = full({1}, bias); }
  Agent(Agent&&) = default;
  Agent& operator=(Agent&&) = default;
  float bias() const { return net.bias.to_vector<float>()[0]; }
  void train() {
    rule.zero_grad();
    net(ones({1, 2})).sum().backward();
    rule.step();
  }
};

bool by_bias(const Agent& a, const Agent& b) { return a.bias() < b.bias(); }

using Agents = std::vector<Agent>;

void train_all(Agents& agents) {
  for (Agent& each : agents) each.train();
}

std::string refusal(const std::function<void(Agents&)>& change) {
  Agents agents;
  for (const double bias : {3.0, 1.0, 2.0, 5.0, 4.0}) agents.emplace_back(bias);
  train_all(agents);
  change(agents);
  const std::string message = error_of([&] { train_all(agents); });
  CHECK(error_of([&] { train_all(agents); }) == message);
  return message;
}

}  // namespace

TEST_CASE("optimizers that lost their modules by sorting refuse the next step",
          "[optim][identity]") {
  const std::string parted =
      "SGD: it was assigned what another optimizer was, and gradients come to the parameters of "
      "others only";
  for (const auto& change : std::vector<std::function<void(Agents&)>>{
           [](Agents& agents) { std::ranges::sort(agents, by_bias); },
           [](Agents& agents) { std::swap(agents[0], agents[1]); },
           [](Agents& agents) { std::rotate(agents.begin(), agents.begin() + 2, agents.end()); },
           [](Agents& agents) { agents.erase(agents.begin()); },
           [](Agents& agents) { std::swap(agents[0].rule, agents[1].rule); }}) {
    CHECK(contains(refusal(change), parted));
  }
}

TEST_CASE("optimizers that move with their modules go on", "[optim][identity]") {
  CHECK(refusal([](Agents& agents) { agents.reserve(100); }) == "no error");
  CHECK(refusal([](Agents& agents) { agents.pop_back(); }) == "no error");
  CHECK(refusal([](Agents& agents) {
          for (Agent& each : agents) each.rule = optim::SGD(each.net.parameters(), {.lr = 0.1});
        }) == "no error");
  std::vector<std::unique_ptr<Agent>> agents;
  for (const double bias : {3.0, 1.0, 2.0}) agents.push_back(std::make_unique<Agent>(bias));
  for (int i = 0; i < 2; ++i) {
    for (const auto& each : agents) each->train();
    std::ranges::sort(agents, {}, [](const auto& each) { return each->bias(); });
    CHECK(agents[0]->bias() == 1.0F - 0.5F * static_cast<float>(i + 1));
  }
}

TEST_CASE("an optimizer that was assigned may pause like any other", "[optim][identity]") {
  nn::Linear a(2, 1);
  nn::Linear b(2, 1);
  optim::Adam of_b(b.parameters());
  optim::Adam first(a.parameters());
  const auto step = [](nn::Linear& layer) { layer(ones({1, 2})).sum().backward(); };
  step(a);
  first.step();
  first.zero_grad();
  optim::Adam of_a(b.parameters());
  of_a = std::move(first);
  of_a.step();  // no gradient anywhere
  step(a);
  of_a.step();
  of_a.zero_grad();
  step(b);
  of_b.step();
  of_a.step();
}

TEST_CASE("an optimizer that is moved to itself stays what it is", "[optim]") {
  Agent agent(1);
  optim::SGD& rule = agent.rule;
  agent.rule = std::move(rule);
  agent.train();
  CHECK(agent.bias() == 0.5F);
}
