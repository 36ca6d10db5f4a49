// Running a graph: fetches, feeds, variables, training, and what a session refuses.
#include <string>
#include <thread>
#include <vector>

#include "io/files.hpp"
#include "support/catch.hpp"
#include "support/errors.hpp"
#include "support/values.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/io/saver.hpp"
#include "tapegrad/names.hpp"
#include "tapegrad/nn/dropout.hpp"
#include "tapegrad/nn/linear.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/index.hpp"
#include "tapegrad/ops/linalg.hpp"
#include "tapegrad/ops/loss.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/shape.hpp"
#include "tapegrad/optim/adam.hpp"
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

TEST_CASE("a line is fitted by a session as by hand", "[graph][session]") {
  // Gradient descent in double precision, written out.
  const std::vector<double> xs{-1, 0.5, 2, 3};
  double w = 0.25;
  double b = 0;
  for (int i = 0; i < 20; ++i) {
    double dw = 0;
    double db = 0;
    for (const double x : xs) {
      const double off = w * x + b - (0.8 * x + 0.7);
      dw += 2 * off * x / 4;
      db += 2 * off / 4;
    }
    w -= 0.1 * dw;
    b -= 0.1 * db;
  }
  Graph graph;
  const Tensor x = graph.placeholder("x", float64, {unknown, 1});
  const Tensor y = graph.placeholder("y", float64, {unknown, 1});
  const Tensor weight = graph.variable("weight", full({1, 1}, 0.25, {.dtype = float64}));
  const Tensor bias = graph.variable("bias", zeros({1}, {.dtype = float64}));
  const Tensor loss = square(matmul(x, weight) + bias - y).mean().named("loss");
  optim::SGD sgd({weight, bias}, {.lr = 0.1});
  const GraphOperation train = sgd.minimize(loss);
  CHECK(train.name() == "minimize");
  const Session session(graph);
  session.run(graph.initializer());
  const Tensor points = Tensor::from_span<double>(xs, {4, 1});
  const Feeds feeds{{x, points}, {y, points * 0.8 + 0.7}};
  const double before = session.run(loss, feeds).item<double>();
  for (int i = 0; i < 20; ++i) {
    const auto [l, none] = session.run({loss, train}, feeds);
    if (i == 0) CHECK(l.item<double>() == before);
    CHECK_FALSE(none.defined());
  }
  CHECK(weight.item<double>() == Approx(w).epsilon(1e-12));
  CHECK(bias.item<double>() == Approx(b).epsilon(1e-12));
  session.run(graph.initializer());
  CHECK(weight.item<double>() == 0.25);
  CHECK(session.run(loss, feeds).item<double>() == before);
}

TEST_CASE("an optimizer that nobody keeps lives as long as its graph", "[graph][session]") {
  Graph graph;
  const Tensor w = graph.variable("w", ones({3}));
  const GraphOperation train = optim::SGD({w}, {.lr = 0.5}).minimize(square(w).sum());
  const GraphOperation adam = optim::Adam({w}, {.lr = 0.5}).minimize(square(w).sum());
  const Session session(graph);
  session.run(graph.initializer());
  session.run(train);
  CHECK(values_of(w) == std::vector<double>{0, 0, 0});
  session.run(adam);
}

TEST_CASE("a variable that isn't trainable stays, and is no parameter", "[graph][session]") {
  Graph graph;
  const Tensor w = graph.variable("w", ones({}), {.trainable = false});
  const Tensor b = graph.variable("b", zeros({}));
  const Tensor loss = square(w + b - 3);
  CHECK(graph.trainable_variables().size() == 1);
  CHECK(graph.state_dict().size() == 2);
  optim::SGD sgd(graph.trainable_variables(), {.lr = 0.5});
  const GraphOperation train = sgd.minimize(loss);
  const Session session(graph);
  session.run(graph.initializer());
  session.run(train);
  CHECK(w.item<float>() == 1);
  CHECK(b.item<float>() == 2);
  CHECK(graph.variable("n", tensor({1, 2}), {.trainable = false}).dtype() == int64);
  CHECK(error_of<DTypeError>([&] { graph.variable("n", tensor({1, 2})); }) != "no error");
}

TEST_CASE("variables are assigned to by the graph and by hand", "[graph][session]") {
  Graph graph;
  const Tensor w = graph.variable("w", ones({2}));
  const GraphOperation grow = graph.assign(w, w * 2);
  const Tensor read = w + 0;
  const Session session(graph);
  session.run(graph.initializer());
  session.run(grow);
  session.run(grow);
  CHECK(values_of(session.run(read)) == std::vector<double>{4, 4});
  {
    const NoGrad guard;
    Tensor elements = w;
    elements.fill_(3);
  }
  CHECK(values_of(session.run(w)) == std::vector<double>{3, 3});
  CHECK(error_of<ShapeError>([&] { graph.assign(w, ones({3})); }) != "no error");
  CHECK(error_of([&] { graph.assign(read, ones({2})); }) ==
        "assign: add:0 is no variable of graph \"graph\"");
}

TEST_CASE("the state of a graph goes into another one, all of it or nothing", "[graph][session]") {
  Graph graph;
  const Tensor a = graph.variable("a", full({2}, 5.0));
  Session(graph).run(graph.initializer());
  Graph other;
  const Tensor b = other.variable("a", zeros({2}));
  other.load_state_dict(graph.state_dict());
  CHECK(values_of(b) == std::vector<double>{5, 5});
  CHECK(error_of([&] { other.load_state_dict({}); }) ==
        "load_state_dict: the state has no \"a\", of graph \"graph\"");
  CHECK(error_of<ShapeError>([&] { other.load_state_dict({{"a", ones({3})}}); }) != "no error");
  CHECK(error_of([&] {
          other.load_state_dict({{"a", ones({2})}, {"c", ones({2})}});
        }) != "no error");
  CHECK(values_of(b) == std::vector<double>{5, 5});
  // A state is of no graph, and looks at the variable's memory.
  const Tensor kept = other.state_dict()["a"];
  CHECK(values_of(kept * 2) == std::vector<double>{10, 10});
  other.load_state_dict({{"a", ones({2})}});
  CHECK(values_of(kept) == std::vector<double>{1, 1});
}

TEST_CASE("a checkpoint goes into a graph that was never initialized", "[graph][session]") {
  const test::Folder folder;
  const auto build = [](Graph& graph) { return graph.variable("line/w", zeros({3})); };
  Graph graph;
  const Tensor w = build(graph);
  const Session session(graph);
  session.run(graph.initializer());
  session.run(graph.assign(w, w + 2));
  io::Saver saver(folder.path().string());
  saver.add("model", graph).save(1);
  Graph again;
  const Tensor restored = build(again);
  io::Saver reader(folder.path().string());
  CHECK(reader.add("model", again).restore_latest()->step == 1);
  CHECK(values_of(restored) == std::vector<double>{2, 2, 2});
  CHECK(values_of(Session(again).run(restored)) == std::vector<double>{2, 2, 2});
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
