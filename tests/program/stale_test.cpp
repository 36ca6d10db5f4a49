// What would go stale between a capture and a run, beside tensors: modules, generators, modes.
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "support/errors.hpp"
#include "support/values.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/checkpoint.hpp"
#include "tapegrad/nn/activation.hpp"
#include "tapegrad/nn/dropout.hpp"
#include "tapegrad/nn/linear.hpp"
#include "tapegrad/nn/norm.hpp"
#include "tapegrad/nn/sequential.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/index.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/optim/sgd.hpp"
#include "tapegrad/program.hpp"
#include "tapegrad/random.hpp"
#include "tapegrad/session.hpp"

namespace tapegrad {
namespace {

using test::contains;
using test::difference;
using test::error_of;

/// The error of a run.
std::string refusal(const Program& program) {
  return error_of([&] { program(ones({2, 3})); });
}

TEST_CASE("what was counted in the capture may not change", "[program]") {
  Tensor mask = tensor({{true, false, true}, {false, false, true}});
  const std::string changed =
      ": a tensor of shape [2, 3] was changed, whose values were read when the program was "
      "captured";
  const std::pair<std::string, Tensor (*)(const Tensor&, const Tensor&)> functions[] = {
      {"masked_select", [](const Tensor& x, const Tensor& m) { return masked_select(x, m); }},
      {"masked_scatter", [](const Tensor& x, const Tensor& m) { return masked_scatter(x, m, x); }},
      {"nonzero", [](const Tensor& x, const Tensor& m) { return nonzero(m) + sum(x); }}};
  for (const auto& [name, f] : functions) {
    const Program program = capture([&, f = f](const Tensor& x) { return f(x, mask); }, {{2, 3}});
    const Tensor x = test::spread({2, 3}, 1, 2).to(float32).detach();
    CHECK(difference(program(x), f(x, mask), 0, 0) == "");
    CHECK(difference(program(x), f(x, mask), 0, 0) == "");
    mask.logical_not_();
    CHECK(contains(refusal(program), name + changed));
  }
}

TEST_CASE("a layer that is assigned another shape is refused", "[program]") {
  nn::Linear layer(3, 2);
  const Program program = capture([&](const Tensor& x) { return layer(x); }, {{2, 3}});
  program(ones({2, 3}));
  layer = nn::Linear(3, 2);  // the values move, the tensors stay
  CHECK(difference(program(ones({2, 3})), layer(ones({2, 3})).detach(), 0, 0) == "");
  layer = nn::Linear(3, 4);
  CHECK(contains(refusal(program), "was part of a module when it was captured"));
}

TEST_CASE("a bias that is taken away is refused", "[program]") {
  nn::Linear layer(3, 2);
  const Program program = capture([&](const Tensor& x) { return layer(x); }, {{2, 3}});
  layer.bias = nn::Parameter();
  CHECK(contains(refusal(program), "tensor of shape [2] that was part of a module"));
}

TEST_CASE("a module that has ended is refused, one that was moved isn't", "[program]") {
  auto layer = std::make_unique<nn::Linear>(3, 2);
  const Program program = capture([&](const Tensor& x) { return layer->forward(x); }, {{2, 3}});
  const Tensor expected = program(ones({2, 3}));
  std::optional<nn::Linear> elsewhere(std::move(*layer));
  layer.reset();
  CHECK(difference(program(ones({2, 3})), expected, 0, 0) == "");
  elsewhere.reset();
  CHECK(contains(refusal(program), "the module has ended"));
}

TEST_CASE("a function that holds its module is a program by itself", "[program]") {
  std::optional<Program> program;
  Tensor expected;
  {
    nn::Sequential net(nn::Linear(3, 2), nn::Tanh());
    expected = net(ones({2, 3})).detach();
    program = capture([net](const Tensor& x) { return net(x); }, {{2, 3}});
  }
  CHECK(difference((*program)(ones({2, 3})), expected, 0, 0) == "");
}

TEST_CASE("a Sequential with other parts is refused", "[program]") {
  nn::Sequential net(nn::Linear(3, 3), nn::ReLU());
  const auto captured = [&] { return capture([&](const Tensor& x) { return net(x); }, {{2, 3}}); };
  const Program before = captured();
  net.push_back(nn::Tanh());
  CHECK(contains(refusal(before), "a Sequential that it was captured with has got other parts"));
  const Program longer = captured();
  longer(ones({2, 3}));
  const nn::Sequential same(nn::Linear(3, 3), nn::ReLU(), nn::Tanh());
  net = same;
  CHECK(difference(longer(ones({2, 3})), same(ones({2, 3})).detach(), 0, 0) == "");
  net = nn::Sequential(nn::Linear(3, 3), nn::ReLU(), nn::Sigmoid());
  CHECK(contains(refusal(longer), "other parts"));
  const Program assigned = captured();
  const nn::Sequential shorter(nn::Linear(3, 3));
  net = shorter;
  CHECK(contains(refusal(assigned), "other parts"));
}

TEST_CASE("a Sequential whose parts went elsewhere is refused", "[program]") {
  nn::Sequential net(nn::Linear(3, 3), nn::ReLU()), other(nn::Linear(3, 3), nn::Tanh());
  const Program program = capture([&](const Tensor& x) { return net(x); }, {{2, 3}});
  std::swap(net, other);
  CHECK(contains(refusal(program), "other parts"));
  const Program swapped = capture([&](const Tensor& x) { return net(x); }, {{2, 3}});
  const nn::Sequential moved(std::move(net));
  CHECK(contains(refusal(swapped), "other parts"));
}

TEST_CASE("a graph holds its tensors, whatever becomes of the module", "[program][session]") {
  Graph graph;
  const Tensor x = graph.placeholder("x", float32, {2, 3});
  auto layer = std::make_unique<nn::Linear>(3, 2);
  const Tensor y = layer->forward(x);
  const Session session(graph);
  const Tensor before = session.run(y, {{x, ones({2, 3})}});
  layer.reset();
  CHECK(difference(session.run(y, {{x, ones({2, 3})}}), before, 0, 0) == "");
}

TEST_CASE("a generator of the function's own is made anew in each run", "[program]") {
  const auto f = [](const Tensor& x) {
    Generator own(7);
    const Tensor first = rand({3}, {}, own);
    Generator copy(own);
    Generator other(1);
    other = own;
    own.manual_seed(9);
    return std::vector{x + first, rand({3}, {}, copy), rand({3}, {}, other), rand({3}, {}, own)};
  };
  const Program program = capture(f, {{3}});
  const std::vector<Tensor> expected = f(zeros({3}));
  for (int run = 0; run < 3; ++run) {
    const std::vector<Tensor> got = program.run({zeros({3})});
    for (std::size_t i = 0; i < got.size(); ++i) {
      INFO("result " << i << " of run " << run);
      CHECK(difference(got[i], expected[i], 0, 0) == "");
    }
  }
}

TEST_CASE("a program goes on with a generator that is gone", "[program]") {
  std::optional<Generator> generator(std::in_place, 5);
  const Program program =
      capture([&](const Tensor& x) { return x + rand({3}, {}, *generator); }, {{3}});
  Generator twin(5);
  CHECK(difference(program(zeros({3})), rand({3}, {}, twin), 0, 0) == "");
  generator.reset();
  CHECK(difference(program(zeros({3})), rand({3}, {}, twin), 0, 0) == "");
}

TEST_CASE("a generator that is assigned draws what it draws by itself", "[program]") {
  Generator generator(5);
  const Program program =
      capture([&](const Tensor& x) { return x + rand({3}, {}, generator); }, {{3}});
  program(zeros({3}));
  generator = Generator(8);
  Generator twin(8);
  CHECK(difference(program(zeros({3})), rand({3}, {}, twin), 0, 0) == "");
}

TEST_CASE("a gradient that is set is the tensor itself, as by itself", "[program]") {
  Tensor w = ones({3}).requires_grad_();
  Tensor outside = full({3}, 2.0);
  const auto shares = [&](const Tensor& x) {
    w.set_grad(outside);
    w.grad().mul_(x);
  };
  capture(shares, {{3}})(full({3}, 5.0));
  CHECK(outside.to_vector<float>() == std::vector<float>(3, 10.0f));
  CHECK(w.grad().shares_storage_with(outside));
  const auto own = [&](const Tensor& x) {
    Tensor one = ones({3});
    w.set_grad(one);
    one.add_(x);
    return one + w.grad();
  };
  const Program program = capture(own, {{3}});
  for (int run = 0; run < 3; ++run) {
    CHECK(program(full({3}, 4.0)).to_vector<float>() == std::vector<float>(3, 10.0f));
    CHECK(w.grad().to_vector<float>() == std::vector<float>(3, 5.0f));
    w.grad().zero_();  // the next run begins anew
  }
}

TEST_CASE("a gradient that would be a copy is refused", "[program]") {
  Tensor w = ones({3}).requires_grad_();
  Tensor v = ones({3}).requires_grad_();
  const auto refused = [&](const auto& f) {
    const std::string error = error_of([&] { capture(f, {{3}}); });
    INFO(error);
    CHECK(contains(error, "set_grad: this tensor of shape [3] shares memory with"));
  };
  refused([&](const Tensor& x) { w.set_grad(x); });
  refused([&](const Tensor& x) { w.set_grad((ones({2, 3}) * x)[0]); });
  refused([&](const Tensor& x) {
    const Tensor g = x * 2;
    w.set_grad(g);
    v.set_grad(g);
  });
  capture([&](const Tensor& x) { w.set_grad(x.clone()); }, {{3}})(ones({3}));
  CHECK(w.grad().to_vector<float>() == std::vector<float>(3, 1.0f));
}

TEST_CASE("a program can be asked what it is within its own capture", "[program]") {
  std::optional<Program> program;
  std::size_t steps = 0;
  std::string text;
  program = capture([&](const Tensor& x) {
    if (program) steps = program->stats().steps;
    if (program) text = program->text();
    return x * 2;
  });
  (*program)(ones({2}));
  CHECK(steps == 0);
  (*program)(ones({3}));
  CHECK(steps == 1);
  CHECK(contains(text, "[2]"));
}

TEST_CASE("under NoGrad a program does what the function does there", "[program]") {
  const Tensor w = ones({3}).requires_grad_();
  const Program pass = capture(
      [&](const Tensor& x) {
        const Tensor loss = (w * x).sum();
        loss.backward();
        return loss;
      },
      {{3}});
  const Program plain = capture([&](const Tensor& x) { return w * x; }, {{3}});
  {
    const NoGrad guard;
    CHECK(contains(error_of([&] { pass(ones({3})); }), "backward: "));
    CHECK(plain(ones({3})).to_vector<float>() == std::vector<float>(3, 1.0f));
    CHECK(contains(
        error_of([&] { capture([&](const Tensor& x) { (w * x).sum().backward(); }, {{3}}); }),
        "backward: "));
  }
  CHECK_FALSE(w.grad().defined());
  pass(ones({3}));
  CHECK(w.grad().to_vector<float>() == std::vector<float>(3, 1.0f));
}

TEST_CASE("a program isn't run in anomaly mode, which would see nothing", "[program]") {
  const Program program = capture([](const Tensor& x) { return x * 2; }, {{3}});
  const AnomalyMode guard;
  CHECK(contains(error_of([&] { program(ones({3})); }), "program: anomaly mode"));
}

TEST_CASE("a buffer of a norm follows its module's mode or is refused", "[program]") {
  nn::BatchNorm1d norm(3);
  const Program program = capture([&](const Tensor& x) { return norm(x); }, {{2, 3}});
  norm.eval();
  CHECK(contains(refusal(program), "train mode"));
  const Program evaluated = capture([&](const Tensor& x) { return norm(x); }, {{2, 3}});
  CHECK(evaluated(ones({2, 3})).defined());
  norm.train();
  CHECK(contains(refusal(evaluated), "eval mode"));
}

TEST_CASE("a norm that counts its batches in C++ is refused", "[program]") {
  const nn::BatchNorm1d norm(3, {.momentum = std::nullopt});
  CHECK(contains(error_of([&] {
                   capture([&](const Tensor& x) { return norm(x); }, {{2, 3}});
                 }),
                 "batch_norm: without a momentum"));
}

TEST_CASE("a program is refused when its optimizer has got more parameters", "[program]") {
  Tensor w = ones({2, 3}).requires_grad_();
  optim::SGD sgd({w}, {.lr = 1});
  const Program program = capture(
      [&](const Tensor& x) {
        sgd.zero_grad();
        (w * x).sum().backward();
        sgd.step();
      },
      {{2, 3}});
  program(ones({2, 3}));
  sgd.add_group({ones({3}).requires_grad_()}, {.lr = 1});
  CHECK(contains(refusal(program), "has got more parameters"));
}

}  // namespace
}  // namespace tapegrad
