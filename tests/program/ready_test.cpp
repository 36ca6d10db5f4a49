// Steps whose operations say what they are once it is known how their operands lie.
#include "program/ready_step.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include "autograd/apply.hpp"
#include "autograd/capture.hpp"
#include "kernels/parallel.hpp"
#include "support/captured.hpp"
#include "support/catch.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/nn/loss.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/linalg.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/shape.hpp"
#include "tapegrad/program.hpp"
#include "tapegrad/random.hpp"

namespace tapegrad {
namespace {

using Tensors = std::vector<Tensor>;

/// The names of a function's steps that are ready, in their order.
std::vector<std::string> ready_steps(const Program::Function& f, const Tensors& like) {
  std::vector<Meta> feeds;
  for (const Tensor& x : like) feeds.push_back({x.dtype(), x.shape()});
  const Captured captured = capture_steps(f, feeds);
  std::vector<std::string> names;
  for (const Step& step : captured.steps) {
    if (!step.operation) continue;
    const std::vector<const Tensor*> inputs = pointers_to(step.inputs);
    if (ReadyStep::of(*step.operation, step.outputs, inputs)) names.push_back(step.name);
  }
  return names;
}

/// A line through points, its loss and the gradients.
Tensors line(const Tensors& in) {
  const Tensor w = in[1].detach().requires_grad_();
  const Tensor b = in[2].detach().requires_grad_();
  const Tensor loss = nn::mse_loss(nn::linear(in[0], w, b), in[3]);
  const Tensors g = grad({loss}, {w, b});
  return {loss, g[0], g[1]};
}

Tensors points(std::int64_t rows, std::int64_t columns, DType dtype) {
  return {randn({rows, columns}, dtype), randn({1, columns}, dtype), randn({1}, dtype),
          randn({rows, 1}, dtype)};
}

TEST_CASE("a line through few points is made of steps that are ready", "[program]") {
  CHECK(ready_steps(line, points(100, 1, float32)) ==
        std::vector<std::string>{"linear", "mse_loss", "linear_to_weight", "linear_to_bias"});
}

TEST_CASE("steps that are ready run as in the function, to the bit", "[program]") {
  manual_seed(1);
  for (const DType dtype : {float32, float64}) {
    for (const std::int64_t rows : {1, 2, 3, 7, 16, 100, 255, 256, 257, 700}) {
      for (const std::int64_t columns : {1, 2, 5, 16, 33}) {
        CAPTURE(dtype, rows, columns);
        test::check_captured(line, {points(rows, columns, dtype), points(rows, columns, dtype)});
      }
    }
  }
}

TEST_CASE("products and sums that are ready run as in the function, to the bit", "[program]") {
  manual_seed(1);
  const auto products = [](const Tensors& in) {
    return Tensors{nn::linear(in[0], in[1]),
                   matmul(in[0], in[1].t()),
                   matmul(in[1], in[0].t()),
                   matmul(in[0].t(), in[0]),
                   in[0].sum(),
                   in[0].mean(),
                   (in[1] * 2).sum()};
  };
  for (const DType dtype : {float32, float64}) {
    for (const std::int64_t m : {1, 3, 20}) {
      for (const std::int64_t k : {1, 2, 17, 64}) {
        CAPTURE(dtype, m, k);
        const auto two = [&] { return Tensors{randn({m, k}, dtype), randn({4, k}, dtype)}; };
        test::check_captured(products, {two(), two()});
      }
    }
  }
  const auto all = [](const Tensors& in) { return Tensors{in[0].sum(), in[0].mean()}; };
  const std::int64_t many = 3 * kernels::grain + 5;
  CHECK(ready_steps(all, {randn({many})}).size() == 2);
  test::check_captured(all, {{randn({many})}, {randn({many})}});
}

TEST_CASE("operands that lie apart take the long way", "[program]") {
  manual_seed(1);
  const auto f = [](const Tensors& in) {
    const Tensor x = in[0].slice(1, 0, 8, 2);
    return Tensors{x.sum(), nn::mse_loss(x, in[1]),
                   nn::linear(in[1], in[2], in[3].slice(0, 0, 6, 2)), matmul(x, in[2].t())};
  };
  const auto feeds = [] {
    return Tensors{randn({5, 8}), randn({5, 4}), randn({3, 4}), randn({6})};
  };
  CHECK(ready_steps(f, feeds()).empty());
  test::check_captured(f, {feeds(), feeds()});
}

TEST_CASE("sums beyond the range on the way are found in a program, too", "[program]") {
  const auto sums = [](const Tensors& in) {
    return Tensors{in[0].sum(), in[0].mean(), nn::mse_loss(in[0], in[1]),
                   nn::l1_loss(in[0], in[1])};
  };
  const Tensor zeros_of_four = zeros({4}, {.dtype = float64});
  const double large = std::numeric_limits<double>::max();
  const double small = std::numeric_limits<double>::min();
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto of = [](const std::vector<double>& values) { return tensor(values); };
  const std::vector<Tensors> lists = {{of({1, 2, 3, 4}), zeros_of_four},
                                      {of({large, 1, large, -large}), zeros_of_four},
                                      {of({small, small, small, small}), zeros_of_four},
                                      {of({nan, 1, 2, 3}), zeros_of_four},
                                      {of({1, 2, 3, 4}), of({1, 2, 3, 4})}};
  test::check_captured(sums, lists);
  // By arithmetic: on the way to the second list's sum two of its numbers are beyond a double.
  const Program program = capture(sums, std::vector<Feed>(lists[1].begin(), lists[1].end()));
  CHECK(program.run(lists[0])[1].item<double>() == 2.5);
  CHECK(program.run(lists[1])[0].item<double>() == large);
  CHECK(program.run(lists[1])[3].item<double>() == 0.75 * large);
  CHECK(std::isnan(program.run(lists[3])[0].item<double>()));
}

}  // namespace
}  // namespace tapegrad
