// A graph that was trained is deployed: its file is run by who knows nothing of how it was built.
#include <string>
#include <vector>

#include "onnx/files.hpp"
#include "support/catch.hpp"
#include "support/errors.hpp"
#include "support/values.hpp"
#include "tapegrad/nn/activation.hpp"
#include "tapegrad/nn/linear.hpp"
#include "tapegrad/nn/sequential.hpp"
#include "tapegrad/onnx.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/linalg.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/optim/sgd.hpp"
#include "tapegrad/random.hpp"
#include "tapegrad/session.hpp"

using namespace tapegrad;
using test::contains;
using test::difference;
using test::error_of;
using test::Folder;

namespace {

/// y = 0.8 x + 0.7, learned.
struct Line {
  Graph graph = Graph("line");
  Tensor x = graph.placeholder("x", float32, {unknown, 1});
  Tensor y = graph.placeholder("y", float32, {unknown, 1});
  Tensor w = graph.variable("w", full({1, 1}, 0.25));
  Tensor b = graph.variable("b", zeros({1}));
  Tensor doubled = graph.constant(2.0, "two") * x;
  Tensor predicted = line(doubled).named("predicted");
  GraphOperation train = optim::SGD({w, b}, {.lr = 0.5}).minimize(square(predicted - y).mean());

  Tensor line(const Tensor& twice) const { return matmul(twice * 0.5, w) + b; }
};

}  // namespace

TEST_CASE("a trained graph is a file that is run without it", "[onnx][session]") {
  const Folder folder;
  const std::string path = folder / "line.onnx";
  Tensor expected;
  const Tensor points = tensor({{1.0f}, {2.0f}, {-3.0f}});
  {
    Line line;
    const Session session(line.graph);
    session.run(line.graph.initializer());
    const Tensor xs = rand({100, 1});
    for (int i = 0; i < 200; ++i) {
      session.run(line.train, {{line.x, xs}, {line.y, xs * 0.8 + 0.7}});
    }
    onnx::save_graph(path, line.graph, {"predicted"}, {line.x});
    expected = session.run("predicted", {{"x", points}});
  }
  const onnx::Model model = onnx::load(path);
  CHECK(model.inputs()[0].name == "x");
  CHECK(model.inputs()[0].shape == Shape{-1, 1});
  CHECK(model.outputs()[0].name == "predicted");
  CHECK(model.state_dict()["w"].item<float>() == Approx(0.8).margin(1e-3));
  CHECK(model.state_dict()["b"].item<float>() == Approx(0.7).margin(1e-3));
  CHECK(difference(model(points), expected, 0, 0) == "");
  // As fast as any program.
  const Program program = capture([&](const Tensor& x) { return model(x); }, {{3, 1}});
  CHECK(difference(program(points), expected, 0, 0) == "");
}

TEST_CASE("a graph with a module is written under the module's names", "[onnx][session]") {
  const Folder folder;
  const std::string path = folder / "net.onnx";
  const nn::Sequential net(nn::Linear(3, 4), nn::Tanh(), nn::Linear(4, 2));
  Graph graph;
  const Tensor x = graph.placeholder("x", float32, {unknown, 3});
  const Tensor y = net(x);
  onnx::save_graph(path, graph, {y, y.sum()}, {"x"},
                   {.inputs = {"in"}, .outputs = {"out", "sum"}, .names = net.state_dict()});
  const onnx::Model model = onnx::load(path);
  CHECK(model.inputs()[0].name == "in");
  CHECK(model.outputs()[1].name == "sum");
  CHECK(model.state_dict().contains("2.weight"));
  const Tensor value = rand({5, 3});
  CHECK(difference(model.run({value})[0], net(value).detach(), 0, 0) == "");
}

TEST_CASE("any tensor of a graph can be what its file is fed", "[onnx][session]") {
  const Folder folder;
  Graph graph;
  const Tensor x = graph.placeholder("x", float32, {3});
  const Tensor h = exp(x).named("h");
  const Tensor y = (h * 2).named("y");
  onnx::save_graph(folder / "half.onnx", graph, {y}, {h});
  CHECK(onnx::load(folder / "half.onnx")(ones({3})).to_vector<float>() ==
        std::vector<float>(3, 2.0f));
}

TEST_CASE("what a graph's file would lack is refused", "[onnx][session]") {
  const Folder folder;
  const std::string path = folder / "line.onnx";
  Line line;
  const auto refusal = [&](const std::vector<Fetch>& fetches, const std::vector<Fetch>& feeds) {
    return error_of([&] { onnx::save_graph(path, line.graph, fetches, feeds); });
  };
  CHECK(contains(refusal({"predicted"}, {"x"}), "variable \"w\" of shape [1, 1] has no values"));
  Session(line.graph).run(line.graph.initializer());
  CHECK(contains(refusal({"predicted"}, {}), "placeholder \"x\" of shape [?, 1] is needed"));
  CHECK(contains(refusal({"absent"}, {"x"}), "no tensor \"absent\""));
  CHECK(contains(refusal({line.train}, {"x"}), "gives no tensor"));
  CHECK(contains(refusal({}, {"x"}), "nothing of graph \"line\""));
  const std::vector<Tensor> slopes = line.graph.gradients(line.predicted, {line.w});
  CHECK(contains(refusal({slopes[0]}, {"x"}), "can't be said in ONNX"));
  Graph other("other");
  const Tensor z = other.placeholder("z", float32, {1});
  CHECK(contains(refusal({z}, {"x"}), "other"));
}
