// A program as a list and as a picture.
#include <set>
#include <string>

#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/graph.hpp"
#include "tapegrad/names.hpp"
#include "tapegrad/nn/linear.hpp"
#include "tapegrad/ops/loss.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/shape.hpp"
#include "tapegrad/optim/sgd.hpp"
#include "tapegrad/program.hpp"

using namespace tapegrad;

TEST_CASE("the operations of a program are a list with inputs, scopes and unique names",
          "[program]") {
  nn::Linear line(2, 1);
  optim::SGD sgd(line.parameters(), {.lr = 0.1});
  const Program step = capture(
      [&](const Tensor& x, const Tensor& y) {
        Tensor loss;
        {
          const NameScope scope("loss");
          loss = nn::mse_loss(line.forward(x), y);
        }
        sgd.zero_grad();
        loss.backward();
        sgd.step();
        return loss;
      },
      {{8, 2}, {8, 1}});
  const std::vector<TapeRecord> list = step.operations();
  std::set<std::string> names;
  for (std::size_t i = 0; i < list.size(); ++i) {
    CHECK(names.insert(list[i].name).second);
    for (const auto& input : list[i].inputs) CHECK(*input < i);
  }
  const auto text = tape_text(list);
  INFO(text);
  CHECK(list[0].name == "feed_0");
  CHECK(list[0].operation == "feed");
  CHECK(test::contains(text, "linear(feed_0, weight, bias) : float32 [8, 1]"));
  CHECK(test::contains(text, "loss/mse_loss = mse_loss("));
  CHECK(test::contains(text, "weight = leaf() : float32 [1, 2]"));
  CHECK(list.back().operation == "sgd");
  CHECK(test::contains(step.dot(), "digraph"));
  CHECK(test::contains(step.dot(), "mse_loss"));
}

TEST_CASE("results of one operation, views and what is changed in place are told apart in the list",
          "[program]") {
  const Program program = capture(
      [](const Tensor& x) {
        const std::vector<Tensor> parts = split(x.exp(), 2);
        Tensor y = parts[0] * 2;
        y.add_(parts[1]);
        return y * 3;
      },
      {{4}});
  CHECK(tape_text(program.operations()) ==
        "feed_0 = feed() : float32 [4]\n"
        "exp = exp(feed_0) : float32 [4]\n"
        "mul = mul(exp, other=2) : float32 [2]\n"
        "add_ = add_(mul, exp) : float32 [2]\n"
        "mul_1 = mul(add_, other=3) : float32 [2]\n");
  const Program several = capture(
      [](const Tensor& x) {
        const auto [variance, mean] = var_mean(x, 0);
        return variance / mean;
      },
      {{4, 2}});
  CHECK(tape_text(several.operations()) ==
        "feed_0 = feed() : float32 [4, 2]\n"
        "var_mean:0 = var_mean(feed_0, dims=[0], correction=1) : float32 [2]\n"
        "var_mean:1 = var_mean(feed_0, dims=[0], correction=1) : float32 [2]\n"
        "div = div(var_mean:0, var_mean:1) : float32 [2]\n");
  CHECK(capture([](const Tensor& x) { return x; }).operations().empty());
}
