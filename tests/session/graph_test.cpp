// Building a graph: what its tensors are called, which shapes they have, and what is refused at the
// line that builds it.
#include <memory>
#include <sstream>
#include <string>
#include <thread>

#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/names.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/index.hpp"
#include "tapegrad/ops/linalg.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/shape.hpp"
#include "tapegrad/print.hpp"
#include "tapegrad/random.hpp"
#include "tapegrad/session.hpp"

using namespace tapegrad;
using test::contains;
using test::error_of;

namespace {

std::string text_of(const Tensor& x) {
  std::ostringstream out;
  out << x.shape();
  return out.str();
}

TEST_CASE("tensors of a graph are called as in the notes", "[graph]") {
  Graph graph;
  CHECK(graph.constant(42.0, "answer").name() == "answer:0");
  CHECK(graph.constant(1.0).name() == "Const:0");
  const Tensor second = graph.constant(2.0);
  CHECK(second.name() == "Const_1:0");
  CHECK((second * 2).name() == "mul:0");
  CHECK((second * 3).name() == "mul_1:0");
  const NameScope scope("original_data");
  CHECK(graph.placeholder("x", float32, {unknown, 1}).name() == "original_data/x:0");
  CHECK(graph.variable("w", ones({1})).name() == "original_data/w:0");
  CHECK((second - 1).named("loss").name() == "original_data/loss:0");
  CHECK((second - 1).named("loss").name() == "original_data/loss_1:0");
  CHECK(graph.tensor("original_data/loss").name() == "original_data/loss:0");
  CHECK(graph.tensor("Const_1:0").is_same(second));
  CHECK(error_of([&] { graph.tensor("lose"); }) ==
        "tensor: graph \"graph\" has no tensor \"lose\" "
        "(in \"original_data\")");
  CHECK(error_of([&] { graph.tensor("Const_1:1"); }) != "no error");
}

TEST_CASE("shapes are inferred while a graph is built, and unknown sizes printed so", "[graph]") {
  Graph graph;
  const Tensor x = graph.placeholder("x", float32, {unknown, 3});
  CHECK(text_of(x) == "[?, 3]");
  CHECK(text_of(matmul(x, ones({3, 4}))) == "[?, 4]");
  CHECK(text_of(matmul(x.transpose(0, 1), x)) == "[3, 3]");
  CHECK(text_of(x.sum(0)) == "[3]");
  CHECK(text_of(x.sum(1)) == "[?]");
  CHECK(text_of(softmax(x, 1)) == "[?, 3]");
  CHECK((x > 0).dtype() == boolean);
  CHECK(error_of<ShapeError>([&] {
          matmul(x, ones({4, 4}));
        }) == "matmul: inner sizes differ: [?, 3] @ [4, 4]; transpose one of them?");
  CHECK(contains(error_of<ShapeError>([&] { x + ones({4}); }), "[?, 3] and [4]"));
}

TEST_CASE("the static shape of a placeholder is fixed once", "[graph]") {
  Graph graph;
  const Tensor x = graph.placeholder("x", float32, {unknown, 3});
  x.set_shape({unknown, 3});
  x.set_shape({100, 3});
  CHECK(x.shape() == Shape{100, 3});
  CHECK(error_of<ShapeError>([&] {
          x.set_shape({50, 3});
        }) == "set_shape: x:0 has shape [100, 3], and what is known of it stays; not [50, 3]");
  CHECK(error_of<ShapeError>([&] {
          x.set_shape({100, 3, 1});
        }) ==
        "set_shape: x:0 has shape [100, 3], and can't get the rank of [100, 3, 1]; reshape() gives "
        "another tensor");
  CHECK(error_of<ShapeError>([&] { x.reshape({7, 5}); }) != "no error");
  CHECK(error_of<ShapeError>([&] { ones({2}).set_shape({3}); }) != "no error");
  CHECK(error_of<ShapeError>([&] { graph.placeholder("y", float32, {-2}); }) ==
        "placeholder: negative size in [-2]; unknown is -1");
}

TEST_CASE("tensors of two graphs don't meet", "[graph]") {
  Graph one("one");
  Graph two("two");
  const Tensor x = one.placeholder("x", float32, {3});
  const Tensor y = two.placeholder("y", float32, {3});
  CHECK(error_of([&] { x + y; }) ==
        "add: tensors of two graphs meet: y:0 of \"two\" and others of \"one\"");
  CHECK((y + 1).name() == "add:0");
  CHECK(one.operations().size() == 1);
  CHECK(two.operations().size() == 2);
}

TEST_CASE("a tensor of a graph has no values to read or change", "[graph]") {
  Graph graph;
  Tensor x = graph.placeholder("x", float32, {});
  const auto check_refused = [](const std::string& error) {
    INFO(error);
    CHECK(contains(error, " of shape [] belongs to a graph, and has no values"));
  };
  check_refused(error_of([&] { x.item<float>(); }));
  check_refused(error_of([&] { x.to_vector<float>(); }));
  check_refused(error_of([&] { std::ostringstream() << x; }));
  check_refused(error_of([&] { (void)x.data<float>(); }));
  CHECK(contains(error_of([&] { x.add_(1); }), "add_: x:0 of shape [] belongs to a graph"));
  CHECK(contains(error_of([&] { x.requires_grad_(); }), "variable()"));
  CHECK(error_of([&] { (x * 2).backward(); }) != "no error");
}

TEST_CASE("one_hot of a graph's labels has a row for each that is fed", "[graph]") {
  Graph graph;
  const Tensor labels = graph.placeholder("labels", int64, {unknown});
  const Tensor y = one_hot(labels, 3);
  CHECK(text_of(y) == "[?, 3]");
  Session session(graph);
  const Tensor rows = session.run({y}, {{labels, tensor({2, 0})}})[0];
  CHECK(rows.shape() == Shape{2, 3});
  CHECK(rows.to_vector<std::int64_t>() == std::vector<std::int64_t>{0, 0, 1, 1, 0, 0});
  CHECK(contains(error_of([&] {
                   session.run({y}, {{labels, tensor({3})}});
                 }),
                 "one_hot: index 3 is out of range"));
}

TEST_CASE("what has values is computed at once beside a graph", "[graph]") {
  Graph graph;
  const Tensor x = graph.placeholder("x", float32, {2});
  CHECK((ones({2}) + 1).to_vector<float>() == std::vector<float>{2, 2});
  Tensor leaf = ones({2}, {.requires_grad = true});
  (leaf * 3).sum().backward();
  CHECK(leaf.grad().to_vector<float>() == std::vector<float>{3, 3});
  CHECK(zeros_like(x).name() == "full:0");
  CHECK(zeros({2}).to_vector<float>() == std::vector<float>{0, 0});
  CHECK(graph.operations().size() == 2);
}

TEST_CASE("a graph is a list with names, operations, shapes and inputs", "[graph]") {
  Graph graph;
  const Tensor x = graph.placeholder("x", float32, {unknown, 2});
  const Tensor w = graph.variable("w", ones({2, 1}));
  const Tensor y = (matmul(x, w) * ones({1}).named("scale")).sum(0).named("total");
  CHECK(graph.text() ==
        "x = placeholder() : float32 [-1, 2]\n"
        "w = variable() : float32 [2, 1]\n"
        "matmul = matmul(x, w) : float32 [-1, 1]\n"
        "scale = constant() : float32 [1]\n"
        "mul = mul(matmul, scale) : float32 [-1, 1]\n"
        "total = sum(mul, dims=[0]) : float32 [1]\n");
}

TEST_CASE("a graph outlives its handle in what was built of it, and says when it is gone",
          "[graph]") {
  Tensor x;
  {
    Graph graph;
    x = graph.placeholder("x", float32, {2});
  }
  Graph other("other");
  CHECK(contains(error_of([&] { x + 1; }), "a graph that is gone"));
  Graph moved = std::move(other);
  CHECK(moved.name() == "other");
  CHECK(error_of([&] { other.placeholder("x", float32, {}); }) ==
        "placeholder: this graph was moved from");
}

TEST_CASE("a thread builds its own graphs, whatever others begin and end", "[graph]") {
  auto passed_on = std::make_unique<Graph>("passed on");
  std::string name;
  std::size_t operations = 0;
  std::thread([&] {
    Graph own("own");
    const Tensor x = own.placeholder("x", float32, {unknown});
    passed_on.reset();
    // What belongs to a graph by its size alone, and by an input.
    name = (zeros({x.size(0)}) + x).name();
    operations = own.operations().size();
  }).join();
  CHECK(name == "add:0");
  CHECK(operations == 3);
}

}  // namespace
