// Programs do what the captured function would do, to the bit.
#include "tapegrad/program.hpp"

#include <functional>
#include <memory>
#include <vector>

#include "support/captured.hpp"
#include "support/catch.hpp"
#include "support/errors.hpp"
#include "support/values.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/checkpoint.hpp"
#include "tapegrad/custom.hpp"
#include "tapegrad/names.hpp"
#include "tapegrad/nn/dropout.hpp"
#include "tapegrad/nn/linear.hpp"
#include "tapegrad/nn/sequential.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/index.hpp"
#include "tapegrad/ops/linalg.hpp"
#include "tapegrad/ops/loss.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/optim/adam.hpp"
#include "tapegrad/optim/nadam.hpp"
#include "tapegrad/optim/rmsprop.hpp"
#include "tapegrad/optim/rprop.hpp"
#include "tapegrad/optim/sgd.hpp"
#include "tapegrad/random.hpp"

namespace tapegrad {
namespace {

using test::difference;
using Tensors = std::vector<Tensor>;

Tensor batch(int seed, const Shape& shape = {8, 3}) {
  Generator generator(static_cast<std::uint64_t>(seed));
  return randn(shape, {}, generator);
}

struct Net : nn::Module {
  explicit Net(std::uint64_t seed) : generator(seed), drop(0.3, generator) {
    Generator at_first(seed);
    for (Tensor x : std::vector<Tensor>{first.weight, first.bias, last.weight, last.bias}) {
      const NoGrad guard;
      uniform_(x, -1, 1, at_first);
    }
  }
  Tensor forward(const Tensor& x) const { return last(drop(tanh(first(x)))); }
  void visit(nn::Visitor& v) override {
    v("first", first);
    v("drop", drop);
    v("last", last);
  }
  Generator generator;
  nn::Linear first{3, 5};
  nn::Dropout drop;
  nn::Linear last{5, 2};
};

void check_same(const Tensors& got, const Tensors& expected) {
  REQUIRE(got.size() == expected.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    INFO("tensor " << i);
    CHECK(difference(got[i].detach(), expected[i].detach(), 0, 0) == "");
  }
}

/// Trains two equal models, one by itself and one by a program, with a change between the steps.
template <class MakeOptimizer>
void check_trains_alike(const MakeOptimizer& make) {
  Net eager(1);
  Net captured(1);
  auto of_eager = make(eager.parameters());
  auto of_captured = make(captured.parameters());
  const auto step_of = [](Net& net, optim::Optimizer& optimizer) {
    return [&net, &optimizer](const Tensor& x, const Tensor& y) {
      const Tensor loss = nn::mse_loss(net.forward(x), y);
      optimizer.zero_grad();
      loss.backward();
      optimizer.step();
      return loss;
    };
  };
  const auto step = step_of(eager, of_eager);
  const Program program = capture(step_of(captured, of_captured), {{8, 3}, {8, 2}});
  check_same(captured.parameters(), eager.parameters());  // capturing changes nothing
  for (int i = 0; i < 6; ++i) {
    if (i == 3) of_eager.set_lr(0.05);
    if (i == 3) of_captured.set_lr(0.05);
    const Tensor x = batch(10 + i);
    const Tensor y = batch(20 + i, {8, 2});
    INFO("step " << i << "\n" << program.text());
    check_same({program(x, y)}, {step(x, y)});
    check_same(captured.parameters(), eager.parameters());
    check_same({captured.first.weight.grad()}, {eager.first.weight.grad()});
  }
}

TEST_CASE("a program trains as the captured function does, to the bit", "[program]") {
  SECTION("SGD") {
    check_trains_alike([](const Tensors& p) { return optim::SGD(p, {.lr = 0.1}); });
  }
  SECTION("SGD with momentum") {
    check_trains_alike([](const Tensors& p) {
      return optim::SGD(p, {.lr = 0.1, .momentum = 0.9, .nesterov = true});
    });
  }
  SECTION("Adam") {
    check_trains_alike([](const Tensors& p) { return optim::Adam(p, {.lr = 0.1}); });
  }
  SECTION("AdamW with amsgrad") {
    check_trains_alike(
        [](const Tensors& p) { return optim::AdamW(p, {.lr = 0.1, .amsgrad = true}); });
  }
  SECTION("NAdam") {
    check_trains_alike([](const Tensors& p) { return optim::NAdam(p, {.lr = 0.1}); });
  }
  SECTION("RMSprop") {
    check_trains_alike([](const Tensors& p) {
      return optim::RMSprop(p, {.lr = 0.01, .momentum = 0.5, .centered = true});
    });
  }
  SECTION("Rprop") {
    check_trains_alike([](const Tensors& p) { return optim::Rprop(p, {.lr = 0.01}); });
  }
}

TEST_CASE("what a program gave stays as it is when it runs again", "[program]") {
  const Program twice = capture([](const Tensor& x) { return x * 2; }, {{3}});
  const Tensor a = twice(tensor({1.0f, 2.0f, 3.0f}));
  const Tensor b = twice(tensor({5.0f, 6.0f, 7.0f}));
  const Tensor view = b.slice(0, 1);
  const Tensor c = twice(b);
  CHECK(a.to_vector<float>() == std::vector{2.0f, 4.0f, 6.0f});
  CHECK(b.to_vector<float>() == std::vector{10.0f, 12.0f, 14.0f});
  CHECK(view.to_vector<float>() == std::vector{12.0f, 14.0f});
  CHECK(c.to_vector<float>() == std::vector{20.0f, 24.0f, 28.0f});
}

TEST_CASE("what is done to a result isn't done to the next one", "[program]") {
  const Program twice = capture([](const Tensor& x) { return x * 2; }, {{3}});
  twice(ones({3})).requires_grad_();
  const Tensor next = twice(ones({3}));
  CHECK_FALSE(next.requires_grad());
  Tensor(next).to_(float64);
  CHECK(twice(ones({3})).dtype() == float32);
}

TEST_CASE("a constant that is changed late is whole until then", "[program]") {
  test::check_captured(
      [](const Tensors& x) {
        const Tensor a = x[0] * 2.0;
        const Tensor b = a.sum();
        const Tensor c = b * 2.0;
        Tensor constant = Tensor::from_vector(std::vector<float>(16, 3.0f), {16});
        constant.add_(c * 2.0);
        return Tensors{constant * 1.0};
      },
      {{batch(1, {1000})}, {batch(2, {1000})}});
}

TEST_CASE("two passes in one captured function add up", "[program]") {
  Tensor w = tensor({1.0f, 2.0f}).requires_grad_();
  const auto f = [&](const Tensor& x) {
    w.set_grad({});
    (w * x).sum().backward();
    (w * w * x).sum().backward();
    return w.grad() * 2;
  };
  const Program program = capture(f, {{2}});
  for (const float size : {1.0f, 3.0f}) {
    const Tensor x = tensor({size, 2 * size});
    const Tensor expected = f(x);
    const Tensor grad = w.grad().clone();
    check_same({program(x), w.grad()}, {expected, grad});
  }
}

TEST_CASE("a program draws what the function would draw", "[program]") {
  Generator one(3);
  Generator other(3);
  const auto f = [](Generator& generator) {
    return [&generator](const Tensor& x) {
      return Tensors{nn::dropout(x, 0.5, generator), rand({3}, {}, generator),
                     randn({2}, {}, generator), randint(0, 9, {4}, {}, generator),
                     randperm(5, {}, generator)};
    };
  };
  const Program program = capture(f(other), {{50}});
  for (int i = 0; i < 3; ++i) {
    const Tensor x = batch(i, {50});
    check_same(program.run({x}), f(one)(x));
  }
  CHECK(other.get_state().to_vector<std::int64_t>() == one.get_state().to_vector<std::int64_t>());
}

TEST_CASE("a program changes what was there before, in place", "[program]") {
  Tensor mean = zeros({3});
  Tensor eager = zeros({3});
  const auto f = [](Tensor& running) {
    return [&running](const Tensor& x) {
      const NoGrad guard;
      running.mul_(0.9).add_(x.mean(0) * 0.1);
      running[0] = 1.0f;
    };
  };
  const Program program = capture(f(mean), {{8, 3}});
  CHECK(mean.to_vector<float>() == std::vector<float>(3, 0.0f));
  for (int i = 0; i < 3; ++i) {
    program(batch(i));
    f(eager)(batch(i));
    check_same({mean}, {eager});
  }
}

TEST_CASE("a run counts as a change of what it changes", "[program]") {
  Tensor buffer = ones({2});
  Tensor w = ones({2}).requires_grad_();
  const Program program = capture([&](const Tensor& x) { buffer.add_(x); }, {{2}});
  const Tensor y = (w * buffer).sum();
  program(ones({2}));
  CHECK(test::contains(test::error_of([&] { y.backward(); }), "changed in place"));
}

TEST_CASE("capturing doesn't count as a change", "[program]") {
  Tensor buffer = ones({2});
  Tensor w = ones({2}).requires_grad_();
  const Tensor y = (w * buffer).sum();
  capture([&](const Tensor& x) { buffer.add_(x); }, {{2}});
  y.backward();
  CHECK(w.grad().to_vector<float>() == std::vector{1.0f, 1.0f});
}

TEST_CASE("numbers of the captured function are new in each run", "[program]") {
  test::check_captured(
      [](const Tensors& x) {
        Tensor sum = zeros({3});
        Tensor listed = tensor({1.0f, 2.0f, 3.0f});
        Tensor counted = arange(3).to(float32);
        sum.add_(x[0]);
        listed.mul_(x[0]);
        counted[1] = x[0][2];
        return Tensors{sum, listed, counted, full({2}, 3.0)};
      },
      {{tensor({1.0f, 2.0f, 3.0f})}, {tensor({4.0f, 5.0f, 6.0f})}});
}

TEST_CASE("what was there before is given as a copy", "[program]") {
  const Tensor x = ones({2});
  const Tensor outside = ones({2});
  const Program program = capture([&](const Tensor& feed) { return Tensors{feed, outside}; }, {x});
  const Tensors got = program.run({x});
  CHECK_FALSE(got[0].shares_storage_with(x));
  CHECK_FALSE(got[1].shares_storage_with(outside));
}

TEST_CASE("a program reads what was there before as it is by then", "[program]") {
  Tensor scale = tensor({2.0f});
  const Program program = capture([&](const Tensor& x) { return x * scale; }, {{1}});
  scale.fill_(5);
  CHECK(program(tensor({3.0f})).item<float>() == 15.0f);
}

TEST_CASE("feeds of other shapes are captured when they come first", "[program]") {
  int calls = 0;
  const Program program = capture([&](const Tensor& x) {
    ++calls;
    return x.sum() * static_cast<double>(x.numel());
  });
  CHECK(program(ones({2})).item<float>() == 4.0f);
  CHECK(program(ones({3, 4})).item<float>() == 144.0f);
  CHECK(program(ones({2})).item<float>() == 4.0f);
  CHECK(program(ones({2}, float64)).dtype() == float64);
  CHECK(calls == 3);
}

TEST_CASE("feeds may lie in any way", "[program]") {
  const Program program = capture([](const Tensor& x) { return x.cumsum(1); }, {{3, 2}});
  const Tensor x = batch(1, {4, 6});
  const Tensor feed = x.slice(1, 1, 4).t().slice(1, 1, 3);
  check_same({program(feed)}, {feed.cumsum(1)});
}

TEST_CASE("a function that is captured within another becomes a part of it", "[program]") {
  const Program square = capture([](const Tensor& x) { return x * x; }, {{2}});
  const Program both = capture([&](const Tensor& x) { return square(x) + 1; }, {{2}});
  CHECK(both(tensor({2.0f, 3.0f})).to_vector<float>() == std::vector{5.0f, 10.0f});
  CHECK(both.stats().captured_steps == 2);
}

TEST_CASE("gradients of gradients are captured", "[program]") {
  test::check_captured(
      [](const Tensors& all) {
        const Tensor x = Tensor(all[0]).requires_grad_();
        const Tensor y = (x * x * x).sum();
        const Tensor g = grad({y}, {x}, {.create_graph = true})[0];
        return Tensors{g, grad({(g * g).sum()}, {x})[0]};
      },
      {{batch(1)}, {batch(2)}});
}

TEST_CASE("hooks and checkpoints within a captured function are a part of it", "[program]") {
  test::check_captured(
      [](const Tensors& all) {
        const Tensor x = Tensor(all[0]).requires_grad_();
        const Tensor h = checkpoint([](const Tensor& t) { return tanh(t) * t; }, x);
        h.register_hook([](const Tensor& g) { return g * 3; });
        h.sum().backward();
        return Tensors{x.grad()};
      },
      {{batch(1)}, {batch(2)}});
}

TEST_CASE("an operation of the user's is captured if it is made of operations", "[program]") {
  const auto cube = custom(
      "cube", [](const Tensor& x) { return x * x * x; },
      [](const Tensor& x, const Tensor&, const Tensor& g) { return g * 3 * x * x; });
  test::check_captured(
      [&](const Tensors& all) {
        const Tensor x = Tensor(all[0]).requires_grad_();
        const Tensor y = cube(x);
        return Tensors{y, grad({y.sum()}, {x})[0]};
      },
      {{batch(1)}, {batch(2)}});
}

TEST_CASE("what nobody reads isn't computed", "[program]") {
  const Program program = capture(
      [](const Tensor& x) {
        const Tensor unread = exp(x) + 1;
        return x * 2;
      },
      {{4}});
  CHECK(program.stats().captured_steps == 3);
  CHECK(program.stats().steps == 1);
}

TEST_CASE("values share the memory of those before them", "[program]") {
  const Program program = capture(
      [](Tensor x) {
        for (int i = 0; i < 10; ++i) x = tanh(x);
        return x.sum();
      },
      {{1000}});
  CHECK(program.stats().value_bytes >= 40'000);
  CHECK(program.stats().arena_bytes <= 2 * 4096);
}

TEST_CASE("a program says what it does", "[program]") {
  Tensor w = ones({1, 3}).requires_grad_();
  w.named("weight");
  const Program program = capture(
      [&](const Tensor& x) {
        NameScope scope("model");
        return softmax(matmul(x, w.t()), 0);
      },
      {{2, 3}});
  CHECK(program.text() ==
        "%0 = matmul(feed 0, weight as [3, 1]) : float32 [2, 1]  # model\n"
        "%1 = softmax(%0, dim=0) : float32 [2, 1]  # model\n"
        "gives (%1)\n");
}

TEST_CASE("errors of a run are those of the operation, and the program goes on", "[program]") {
  const Program program =
      capture([](const Tensor& x, const Tensor& i) { return x.index_select(0, i) * 2; },
              {{4}, Feed({2}, int64)});
  const Tensor x = tensor({1.0f, 2.0f, 3.0f, 4.0f});
  CHECK_THROWS_AS(program(x, tensor({0, 9})), IndexError);
  CHECK(program(x, tensor({0, 3})).to_vector<float>() == std::vector{2.0f, 8.0f});
}

TEST_CASE("one_hot with a number of classes looks at the labels of each run", "[program]") {
  const Program program =
      capture([](const Tensor& i) { return one_hot(i, 3); }, {Feed({2}, int64)});
  CHECK(program(tensor({2, 0})).to_vector<std::int64_t>() ==
        std::vector<std::int64_t>{0, 0, 1, 1, 0, 0});
  CHECK_THROWS_AS(program(tensor({0, 3})), IndexError);
  CHECK(program(tensor({1, 1})).to_vector<std::int64_t>() ==
        std::vector<std::int64_t>{0, 1, 0, 0, 1, 0});
}

TEST_CASE("a captured loss of labels with weights has the type of its input", "[program]") {
  const Tensor x = batch(1, {4, 3});
  const Tensor labels = tensor({0, 2, 1, 2});
  const Tensor weight = tensor({1.0f, 2.0f, 0.5f});
  const auto f = [&](const Tensor& logits) {
    return nn::cross_entropy(logits, labels, {.weight = weight});
  };
  const Tensor got = capture(f, {{4, 3}})(x);
  CHECK(got.dtype() == float32);
  CHECK(difference(got, f(x), 0, 0) == "");
}

}  // namespace
}  // namespace tapegrad
