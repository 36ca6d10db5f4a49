// Variables of a graph: training, assigning, saving them.
#include <string>
#include <vector>

#include "io/files.hpp"
#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/io/saver.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/linalg.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/optim/adam.hpp"
#include "tapegrad/optim/sgd.hpp"
#include "tapegrad/session.hpp"

using namespace tapegrad;
using test::error_of;

namespace {

std::vector<double> values_of(const Tensor& x) { return x.to_vector<double>(); }

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

}  // namespace
