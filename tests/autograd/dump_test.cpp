// The tape as text and as a picture.
#include "autograd/leaf.hpp"
#include "tapegrad/graph.hpp"
#include "tapegrad/names.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::leaf;
using test::scalar;
using test::tensor_of;

TEST_CASE("tape_text lists the operations in the order of their making", "[autograd][dump]") {
  const Tensor x = leaf({1, 2, 3});
  const Tensor w = ones({2, 1}, {.dtype = float32, .requires_grad = true});
  const Tensor y = (exp(x) * w + tensor_of({1, 1, 1})).sum();
  CHECK(tape_text(y) ==
        "leaf = leaf() : float64 [3]\n"
        "leaf_1 = leaf() : float32 [2, 1]\n"
        "exp = exp(leaf) : float64 [3]\n"
        "mul = mul(exp, leaf_1) : float64 [2, 3]\n"
        "add = add(mul, constant) : float64 [2, 3]\n"
        "sum = sum(add, dims=[0, 1]) : float64 []\n");
}

TEST_CASE("tape_text shows a shared value once", "[autograd][dump]") {
  const Tensor x = scalar(2);
  const Tensor a = x * x;
  CHECK(tape_text(a + a) ==
        "leaf = leaf() : float64 []\n"
        "mul = mul(leaf, leaf) : float64 []\n"
        "add = add(mul, mul) : float64 []\n");
}

TEST_CASE("tape_text of what isn't recorded is empty or the leaf alone", "[autograd][dump]") {
  CHECK(tape_text(ones({2})).empty());
  CHECK(tape_text(leaf({1})) == "leaf = leaf() : float64 [1]\n");
}

TEST_CASE("tape_dot is a digraph from inputs to results", "[autograd][dump]") {
  const Tensor x = leaf({1, 2});
  CHECK(tape_dot((x * 3).sum()) ==
        "digraph tape {\n"
        "  rankdir = LR;\n"
        "  n0 [label=\"leaf\\nfloat64 [2]\", shape=box];\n"
        "  n1 [label=\"mul\\nother=3\\nfloat64 [2]\", shape=ellipse];\n"
        "  n2 [label=\"sum\\ndims=[0]\\nfloat64 []\", shape=ellipse];\n"
        "  n0 -> n1;\n"
        "  n1 -> n2;\n"
        "}\n");
}

TEST_CASE("the inputs of what backward freed are called so", "[autograd][dump]") {
  const Tensor y = (leaf({1, 2}) * 3).sum();
  y.backward();
  CHECK(tape_text(y) == "sum = sum(freed, dims=[0]) : float64 []\n");
  CHECK(tape(y).back().freed);
  CHECK(tape(y).back().inputs.empty());
}

TEST_CASE("scopes are clusters within clusters in tape_dot", "[autograd][dump]") {
  const Tensor x = leaf({1, 2}).named("x");
  Tensor y;
  {
    const NameScope model("model");
    const NameScope linear("linear");
    y = exp(x);
  }
  CHECK(tape_dot(sum(y)) ==
        "digraph tape {\n"
        "  rankdir = LR;\n"
        "  n2 [label=\"sum\\ndims=[0]\\nfloat64 []\", shape=ellipse];\n"
        "  subgraph cluster_0 {\n"
        "    label = \"model\";\n"
        "    subgraph cluster_1 {\n"
        "      label = \"linear\";\n"
        "      n0 [label=\"x\\nfloat64 [2]\", shape=box];\n"
        "      n1 [label=\"exp\\nfloat64 [2]\", shape=ellipse];\n"
        "    }\n"
        "  }\n"
        "  n0 -> n1;\n"
        "  n1 -> n2;\n"
        "}\n");
}

TEST_CASE("lists that somebody made are printed as they are, or refused", "[autograd][dump]") {
  std::vector<TapeRecord> records(1);
  records[0].name = "a\"b\\";
  CHECK(tape_dot(records).find("label=\"a\\\"b\\\\\\nfloat32 []\"") != std::string::npos);
  records[0].inputs = {1};
  CHECK_THROWS_AS(tape_dot(records), IndexError);
  CHECK_THROWS_AS(tape_text(records), IndexError);
}
