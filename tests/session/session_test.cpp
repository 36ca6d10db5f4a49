// Running a graph: fetches, feeds, variables, training, and what a session refuses.
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "support/catch.hpp"
#include "support/errors.hpp"
#include "support/values.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/nn/dropout.hpp"
#include "tapegrad/nn/linear.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/index.hpp"
#include "tapegrad/ops/linalg.hpp"
#include "tapegrad/ops/loss.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/shape.hpp"
#include "tapegrad/optim/sgd.hpp"
#include "tapegrad/random.hpp"
#include "tapegrad/session.hpp"

using namespace tapegrad;
using test::contains;
using test::error_of;

namespace {

std::vector<double> values_of(const Tensor& x) { return x.to_vector<double>(); }

TEST_CASE("a session gives what is fetched for what is fed", "[graph][session]") {
  Graph graph;
  const Tensor x = graph.placeholder("x", float64, {unknown, 2});
  const Tensor y = (x * 2 + 1).named("y");
  const Tensor total = y.sum();
  const Session session(graph);
  const Tensor fed = tensor({{1.0, 2.0}, {3.0, 4.0}}, {.dtype = float64});
  CHECK(values_of(session.run(y, {{x, fed}})) == std::vector<double>{3, 5, 7, 9});
  CHECK(values_of(session.run("y", {{"x", fed}})) == std::vector<double>{3, 5, 7, 9});
  CHECK(values_of(session.run("y:0", {{"x:0", fed}})) == std::vector<double>{3, 5, 7, 9});
  CHECK(total.eval({{x, fed}}).item<double>() == 24);
  const auto [a, b] = session.run({total, x}, {{x, fed[0].unsqueeze(0)}});
  CHECK(a.item<double>() == 8);
  CHECK(values_of(b) == std::vector<double>{1, 2});
  // In the place of what would be computed.
  CHECK(session.run(total, {{y, ones({3, 2}, {.dtype = float64})}}).item<double>() == 6);
  CHECK(session.run(graph.constant(42.0, "answer")).item<double>() == 42);
}

TEST_CASE("what doesn't fit a graph is refused with its names", "[graph][session]") {
  Graph graph("line");
  Graph other("other");
  const Tensor x = graph.placeholder("x", float32, {unknown, 2});
  const Tensor w = graph.variable("w", ones({2}));
  const Tensor y = (x * w).named("y");
  const Tensor alien = other.constant(1.0, "alien");
  const Session session(graph);
  const Tensor fed = ones({3, 2});
  CHECK(error_of([&] {
          session.run(y, {{x, fed}});
        }) ==
        "session: variable \"w\" of shape [2] has no values yet; run the graph's initializer() "
        "first");
  session.run(graph.initializer());
  CHECK(error_of([&] { session.run(y); }) == "session: feed \"x\", of float32 and shape [?, 2]");
  CHECK(error_of([&] {
          session.run("z", {{x, fed}});
        }) == "session: graph \"line\" has no tensor \"z\"");
  CHECK(error_of([&] {
          session.run(y, {{"z", fed}});
        }) == "session: graph \"line\" has no tensor \"z\"");
  CHECK(error_of<ShapeError>([&] {
          session.run(y, {{x, ones({3, 4})}});
        }) == "session: x:0 has shape [?, 2], and was fed [3, 4]");
  CHECK(error_of<ShapeError>([&] {
          session.run(y, {{x, ones({2})}});
        }) == "session: x:0 has shape [?, 2], and was fed [2]");
  CHECK(error_of<DTypeError>([&] {
          session.run(y, {{x, fed.to(float64)}});
        }) == "session: x:0 is float32, and was fed float64; convert it");
  CHECK(error_of([&] { session.run(y, {{x, fed}, {"x", fed}}); }) == "session: x:0 is fed twice");
  CHECK(error_of([&] { session.run(alien); }) ==
        "session: alien:0 belongs to graph \"other\", and graph \"line\" was asked");
  CHECK(error_of([&] { session.run(other.initializer()); }) ==
        "session: initializer belongs to graph \"other\", and graph \"line\" was asked");
  CHECK(error_of([&] { session.run(ones({2})); }) ==
        "session: a tensor of shape [2] has values, and belongs to no graph; \"line\" was asked");
  CHECK(error_of([&] { session.run(Tensor()); }) != "no error");
  CHECK(error_of([&] { session.run(y, {{x, Tensor()}}); }) != "no error");
  CHECK(contains(error_of([&] { alien.eval(); }), "needs a session of graph \"other\""));
}

TEST_CASE("gradients are tensors of the graph", "[graph][session]") {
  Graph graph;
  const Tensor x = graph.placeholder("x", float64, {unknown});
  const Tensor w = graph.variable("w", full({}, 3.0, {.dtype = float64}));
  const Tensor unused = graph.variable("unused", ones({2}));
  const std::vector<Tensor> g = graph.gradients((x * w * w).sum(), {w, unused});
  const Session session(graph);
  session.run(graph.initializer());
  const Feeds feeds{{x, tensor({1.0, 2.0}, {.dtype = float64})}};
  CHECK(session.run(g[0], feeds).item<double>() == 18);
  CHECK(values_of(session.run(g[1], feeds)) == std::vector<double>{0, 0});
}

TEST_CASE("gradients have gradients, and what was built under NoGrad has none",
          "[graph][session]") {
  Graph graph;
  const Tensor w = graph.variable("w", full({}, 2.0));
  const Tensor d = graph.gradients(pow(w, 3).sum(), {w})[0];  // 3 w^2
  const Tensor second = graph.gradients((d * w).sum(), {w})[0];
  Tensor t;
  {
    const NoGrad guard;
    t = w * w;
  }
  const Tensor partial = graph.gradients(t * w, {w})[0];
  const Session session(graph);
  session.run(graph.initializer());
  CHECK(session.run(second).item<float>() == 36);
  CHECK(session.run(partial).item<float>() == 4);
}

TEST_CASE("operations are run by name, and a refused run has changed nothing", "[graph][session]") {
  Graph graph;
  Graph other("other");
  const Tensor x = graph.placeholder("x", float32, {});
  const Tensor w = graph.variable("w", ones({}));
  const Tensor alien = other.variable("v", ones({}));
  static_cast<void>(graph.assign(w, w + 1));
  const GraphOperation init = graph.initializer();
  const Session session(graph);
  session.run("initializer");
  session.run("assign");
  CHECK(w.item<float>() == 2);
  CHECK(error_of([&] { session.run({init, x}); }) != "no error");
  CHECK(w.item<float>() == 2);
  CHECK(error_of([&] { session.program({init}, {}); }) != "no error");
  CHECK(error_of([&] { graph.assign(w, alien); }) ==
        "assign: v:0 belongs to graph \"other\", and graph \"graph\" was asked");
  CHECK(error_of([&] { graph.gradients(w * 2, {alien}); }) ==
        "gradients: v:0 belongs to graph \"other\", and graph \"graph\" was asked");
}

TEST_CASE("what set_shape() says after a run holds in the next", "[graph][session]") {
  Graph graph;
  const Tensor x = graph.placeholder("x", float32, {unknown});
  const Tensor y = x * 2;
  const Session session(graph);
  session.run(y, {{x, ones({3})}});
  y.set_shape({4});
  CHECK(error_of<ShapeError>([&] {
          session.run(y, {{x, ones({3})}});
        }) == "session: mul gives shape [3], and set_shape() said [4]");
  CHECK(session.run(y, {{x, ones({4})}}).numel() == 4);
}

TEST_CASE("a session may end in another thread than that of its beginning", "[graph][session]") {
  Graph graph;
  const Tensor x = graph.constant(3.0);
  auto session = std::make_unique<Session>(graph);
  CHECK(x.eval().item<float>() == 3);
  std::thread([&] { session.reset(); }).join();
  CHECK(contains(error_of([&] { x.eval(); }), "needs a session"));
}

TEST_CASE("each run of a graph draws anew, as the function would", "[graph][session]") {
  Graph graph;
  const Tensor x = graph.placeholder("x", float32, {100});
  Generator generator(7);
  const Tensor dropped = nn::dropout(x, 0.5, generator);
  const Tensor noise = rand_like(x, {}, generator);
  const Session session(graph);
  const Feeds feeds{{x, ones({100})}};
  const auto [first, n1] = session.run({dropped, noise}, feeds);
  const auto [second, n2] = session.run({dropped, noise}, feeds);
  Generator again(7);
  CHECK(values_of(first) == values_of(nn::dropout(ones({100}), 0.5, again)));
  CHECK(values_of(n1) == values_of(rand({100}, {}, again)));
  CHECK(values_of(second) == values_of(nn::dropout(ones({100}), 0.5, again)));
  CHECK(values_of(first) != values_of(second));
}

TEST_CASE("a module is a part of a graph like any function", "[graph][session]") {
  nn::Linear linear(4, 3);
  Graph graph;
  const Tensor x = graph.placeholder("x", float32, {unknown, 4});
  const Tensor labels = graph.placeholder("labels", int64, {unknown});
  const Tensor loss = nn::cross_entropy(linear.forward(x), labels);
  optim::SGD sgd(linear.parameters(), {.lr = 0.1});
  const GraphOperation train = sgd.minimize(loss);
  const Session session(graph);
  const Tensor input = test::spread({5, 4}, -1, 1).to(float32).detach();
  const Tensor target = tensor({0, 2, 1, 1, 0});
  const Tensor expected = nn::cross_entropy(linear.forward(input), target);
  const std::vector<Tensor> g = grad({expected}, {linear.weight}, {.allow_unused = false});
  const Tensor after = linear.weight.detach() - g[0] * 0.1;
  const auto [l, none] = session.run({loss, train}, {{x, input}, {labels, target}});
  CHECK(test::difference(l, expected.detach(), 0, 0) == "");
  CHECK(test::difference(linear.weight.detach(), after, 1e-6, 1e-7) == "");
  CHECK(contains(error_of([&] {
                   session.run(loss, {{x, input}, {labels, target + 5}});
                 }),
                 "cross_entropy: "));
}

TEST_CASE("operations of each kind are built into graphs", "[graph][session]") {
  Graph graph;
  const Tensor x = graph.placeholder("x", float64, {unknown, 4});
  const std::vector<Tensor> parts = split(x, 2, 1);
  const Tensor joined = cat({parts[1], parts[0]}, 1).named("joined");
  const Tensor product = matmul(joined, x.transpose(0, 1));
  const Tensor both = where(x > 0, x, 0) + x.detach().exp();
  const auto [variance, mean] = var_mean(x, {1}, Keepdim::no, 0);
  const Tensor value = test::spread({3, 4}, -1, 1).detach();
  const Session session(graph);
  const auto run = [&](const Tensor& y) { return session.run(y, {{x, value}}); };
  CHECK(values_of(run(product)) ==
        values_of(
            matmul(cat({value.narrow(1, 2, 2), value.narrow(1, 0, 2)}, 1), value.transpose(0, 1))));
  CHECK(values_of(run(both)) == values_of(where(value > 0, value, 0) + value.exp()));
  CHECK(values_of(run(mean)) == values_of(value.mean(1)));
  CHECK(values_of(run(variance)) == values_of(var(value, {1}, Keepdim::no, 0)));
  CHECK(run(parts[1]).shape() == Shape{3, 2});
}

TEST_CASE("the program of a question runs without a session's looking", "[graph][session]") {
  Graph graph;
  const Tensor x = graph.placeholder("x", float32, {unknown});
  const Tensor y = (x * 2).sum();
  const Session session(graph);
  const Program program = session.program({y}, {x});
  CHECK(program.run({ones({5})})[0].item<float>() == 10);
  CHECK(contains(program.text(), "mul(feed 0, other=2)"));
}

TEST_CASE("a program of tensors of a graph is a part of it", "[graph][session]") {
  const Program twice = capture([](const Tensor& x) { return x * 2; });
  Graph graph;
  const Tensor x = graph.placeholder("x", float32, {unknown});
  const Tensor y = twice(x).sum();
  CHECK(Session(graph).run(y, {{x, ones({5})}}).item<float>() == 10);
}

TEST_CASE("sessions of one graph share its variables, and graphs run side by side",
          "[graph][session]") {
  Graph one("one");
  Graph two("two");
  const Tensor a = one.variable("a", ones({}));
  const Tensor b = two.variable("a", zeros({}));
  const GraphOperation grow = one.assign(a, a + 1);
  const Session first(one);
  const Session second(one);
  const Session third(two);
  first.run(one.initializer());
  third.run(two.initializer());
  first.run(grow);
  second.run(grow);
  CHECK(a.eval().item<float>() == 3);
  CHECK(b.eval().item<float>() == 0);
  CHECK(default_graph().name() == "default");
  CHECK(first.devices() ==
        std::vector<std::string>{"/job:localhost/replica:0/task:0/device:CPU:0"});
}

TEST_CASE("a graph is built in one thread and run in others", "[graph][session]") {
  Graph graph;
  const Tensor x = graph.placeholder("x", float64, {unknown});
  const Tensor y = (x * x).sum();
  const Session session(graph);
  std::vector<double> sums(4);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < sums.size(); ++t) {
    threads.emplace_back([&, t] {
      const auto n = static_cast<std::int64_t>(t) + 1;
      for (int i = 0; i < 50; ++i) {
        sums[t] += session.run(y, {{x, ones({n}, {.dtype = float64})}}).item<double>();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(sums == std::vector<double>{50, 100, 150, 200});
  std::string error;
  std::thread([&] { error = error_of([&] { x + 1; }); }).join();
  CHECK(contains(error, "belongs to a graph"));
}

}  // namespace
