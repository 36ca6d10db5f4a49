// Operations with several results, of which split is one: what a pass, a hook, a list sees of each.
#include <cmath>
#include <string>
#include <thread>
#include <vector>

#include "autograd/leaf.hpp"
#include "support/catch.hpp"
#include "support/errors.hpp"
#include "support/sanitized.hpp"
#include "support/values.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/graph.hpp"
#include "tapegrad/names.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/shape.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::contains;
using test::error_of;
using test::leaf;
using test::Values;
using test::values;

TEST_CASE("what arrives at several results becomes one gradient", "[autograd][several]") {
  const Tensor x = leaf({1, 2, 3, 4, 5});
  const auto parts = split(x, {2, 1, 2});
  (sum(parts[0] * parts[0]) + sum(3 * parts[2]) + parts[0][1]).backward();
  CHECK(values(x.grad()) == Values{2, 5, 0, 3, 3});
}

TEST_CASE("each result has its own name in a list, and is one record", "[autograd][several]") {
  const Tensor x = leaf({1, 2, 3}).named("x");
  const auto parts = split(x, 2);
  const auto others = split(x, {1, 2});
  const Tensor last = others[1].named("last");
  CHECK(parts[0].name() == "split:0");
  CHECK(parts[1].name() == "split:1");
  CHECK(last.name() == "last:0");
  const Tensor y = parts[1] * sum(parts[0]) + last;
  const std::string lines =
      "x = leaf() : float64 [3]\n"
      "split:0 = split(x, sizes=[2, 1], dim=0) : float64 [2]\n"
      "split:1 = split(x, sizes=[2, 1], dim=0) : float64 [1]\n"
      "last = split(x, sizes=[1, 2], dim=0) : float64 [2]\n";
  CHECK(tape_text(y).substr(0, lines.size()) == lines);
  CHECK(contains(tape_dot(y), "label=\"split:1\\nsizes=[2, 1], dim=0\\nfloat64 [1]\""));
  const auto records = trace([&] {
    NameScope scope("data");
    for (int i = 0; i < 2; ++i) exp(split(x, 2)[1]);
  });
  CHECK(tape_text(records) ==
        "data/x = leaf() : float64 [3]\n"
        "data/split:0 = split(data/x, sizes=[2, 1], dim=0) : float64 [2]\n"
        "data/split:1 = split(data/x, sizes=[2, 1], dim=0) : float64 [1]\n"
        "data/exp = exp(data/split:1) : float64 [1]\n"
        "data/split_1:0 = split(data/x, sizes=[2, 1], dim=0) : float64 [2]\n"
        "data/split_1:1 = split(data/x, sizes=[2, 1], dim=0) : float64 [1]\n"
        "data/exp_1 = exp(data/split_1:1) : float64 [1]\n");
}

TEST_CASE("a hook of one result sees and replaces its gradient alone", "[autograd][several]") {
  const Tensor x = leaf({1, 2, 3});
  const auto parts = split(x, {2, 1});
  Values seen;
  parts[0].register_hook([&](const Tensor& g) {
    seen = values(g);
    return g * 10;
  });
  (sum(parts[0] * parts[0]) + sum(parts[1])).backward();
  CHECK(seen == Values{2, 4});
  CHECK(values(x.grad()) == Values{20, 40, 1});
}

TEST_CASE("grad() gives the gradient of a result, and of what is below it", "[autograd][several]") {
  const Tensor x = leaf({1, 2, 3});
  const auto parts = split(exp(x), {2, 1});
  const Tensor y = sum(parts[0]) * parts[1];
  const auto both = grad({y}, {parts[1], x},
                         {.grad_outputs = {ones({1}, {.dtype = float64})}, .retain_graph = true});
  const double s = std::exp(1) + std::exp(2);
  CHECK(both[0].item<double>() == Approx(s));
  CHECK(both[1][2].item<double>() == Approx(s * std::exp(3)));
  const auto one = grad({sum(y)}, {parts[0]}, {.retain_graph = true});
  CHECK(one[0][1].item<double>() == Approx(std::exp(3)));
  const Tensor g = grad({sum(parts[0])}, {parts[0]})[0];
  CHECK(values(g) == Values{1, 1});
}

TEST_CASE("a kept graph of several results is walked again, a freed one refused",
          "[autograd][several]") {
  const Tensor x = leaf({1, 2, 3});
  const auto parts = split(x * x, {2, 1});
  sum(parts[0]).backward({.retain_graph = true});
  sum(parts[1]).backward({.retain_graph = true});
  CHECK(values(x.grad()) == Values{2, 4, 6});
  sum(parts[0]).backward();
  CHECK(contains(error_of([&] { sum(parts[1]).backward(); }),
                 "the graph below this split of shape [2] was freed"));
  CHECK(contains(error_of([&] { sum(parts[0]).backward(); }), "freed"));
  CHECK(tape_text(parts[0]) == "split:0 = split(freed, sizes=[2, 1], dim=0) : float64 [2]\n");
}

TEST_CASE("a reverse pass through several results can be recorded", "[autograd][several]") {
  const Tensor x = leaf({1, 2, 3});
  const auto parts = split(x, {1, 2});
  const Tensor y = sum(parts[0] * parts[1] * parts[1]);
  const Tensor first = grad({y}, {x}, {.create_graph = true})[0];
  CHECK(values(first) == Values{13, 4, 6});
  // d/dx of 4 + 6 + 13: of 2 x0 (x1 + x2) + x1^2 + x2^2.
  CHECK(values(grad({sum(first)}, {x})[0]) == Values{10, 6, 8});
}

TEST_CASE("a result that is changed in place has the history of the change",
          "[autograd][several]") {
  const Tensor x = leaf({1, 2, 3});
  Tensor y = x * 1;
  auto parts = split(y, {2, 1});
  parts[0] *= 5;
  // The other one, which looks at what didn't change, is taken again: y's history is its own now.
  (sum(y * y) + sum(parts[1])).backward();
  CHECK(values(x.grad()) == Values{50, 100, 7});
}

TEST_CASE("threads go through several results of one graph at a time", "[autograd][several]") {
  const Tensor x = leaf({1, 2, 3});
  const auto parts = split(exp(x), {2, 1});
  const auto walk = [&](const Tensor& part) {
    for (int i = 0; i < 200; ++i) sum(part).backward({.retain_graph = true});
  };
  std::thread other([&] { walk(parts[0]); });
  walk(parts[1]);
  other.join();
  CHECK(x.grad()[1].item<double>() == Approx(200 * std::exp(2)));
  CHECK(x.grad()[2].item<double>() == Approx(200 * std::exp(3)));
}

TEST_CASE("long chains of several results are walked and freed", "[autograd][several]") {
  const Tensor x = leaf({1, 2});
  Tensor y = x;
  for (int i = 0; i < test::fewer(100'000, 10'000); ++i) {
    const auto parts = split(y, 1);
    y = cat({parts[1], parts[0]});
  }
  sum(y * tensor({3.0, 4.0})).backward();
  CHECK(values(x.grad()) == Values{3, 4});
}
