// Programs do what the captured function would do, to the bit.
#include "tapegrad/program.hpp"

#include <functional>
#include <memory>
#include <vector>

#include "program/batches.hpp"
#include "support/captured.hpp"
#include "support/catch.hpp"
#include "support/errors.hpp"
#include "support/values.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/names.hpp"
#include "tapegrad/nn/dropout.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/index.hpp"
#include "tapegrad/ops/linalg.hpp"
#include "tapegrad/ops/loss.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/random.hpp"

namespace tapegrad {
namespace {

using test::batch;
using test::check_same;
using test::difference;
using Tensors = std::vector<Tensor>;

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
