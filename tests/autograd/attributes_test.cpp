// What operations were told besides their inputs, in lists of them.
#include "autograd/leaf.hpp"
#include "tapegrad/graph.hpp"
#include "tapegrad/ops/index.hpp"
#include "tapegrad/ops/loss.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/shape.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::leaf;
using test::tensor_of;

namespace {

using Attributes = std::vector<Attribute>;

Attributes attributes_of(const Tensor& y) { return tape(y).back().attributes; }

}  // namespace

TEST_CASE("a record knows what its operation was told", "[autograd][attributes]") {
  const Tensor x = leaf({1, 2, 3, 4, 5, 6}).reshape({2, 3});
  const Tensor index = tensor_of({0, 1}).to(int64);
  CHECK(attributes_of(softmax(x, -1)) == Attributes{{"dim", "1"}});
  CHECK(attributes_of(sum(x, {0}, keepdim)) == Attributes{{"dims", "[0]"}, {"keepdim", "true"}});
  CHECK(attributes_of(mean(x)) == Attributes{{"dims", "[0, 1]"}});
  CHECK(attributes_of(var(x, {1}, Keepdim::no, 0.5)) ==
        Attributes{{"dims", "[1]"}, {"correction", "0.5"}});
  CHECK(attributes_of(max(x, 1).values) == Attributes{{"dim", "1"}});
  CHECK(attributes_of(clamp(x, -0.25, 2)) == Attributes{{"low", "-0.25"}, {"high", "2"}});
  CHECK(attributes_of(x.view({3, 2})) == Attributes{{"shape", "[3, 2]"}});
  CHECK(attributes_of(x.slice(1, 0, 3, 2)) ==
        Attributes{{"dim", "1"}, {"start", "0"}, {"length", "2"}, {"step", "2"}});
  CHECK(attributes_of(x.to(float32)) == Attributes{{"dtype", "float32"}});
  CHECK(attributes_of(index_select(x, 0, index)) == Attributes{{"dim", "0"}});
  CHECK(attributes_of(cat({x, x}, 1)) == Attributes{{"dim", "1"}});
  CHECK(attributes_of(nn::mse_loss(x, x.detach())) == Attributes{{"reduction", "mean"}});
  CHECK(attributes_of(x + x).empty());
}

TEST_CASE("a trace lists the same attributes, recorded or not, and of lists",
          "[autograd][attributes]") {
  const Tensor x = tensor_of({1, 2}).reshape({1, 2});
  const auto records = trace([&] {
    const Tensor y = softmax(x, 1);
    cat({x, y}, 0);
  });
  REQUIRE(records.size() == 3);
  CHECK(records[0].attributes.empty());
  CHECK(records[1].attributes == Attributes{{"dim", "1"}});
  CHECK(records[2].attributes == Attributes{{"dim", "0"}});
}

TEST_CASE("attributes stand behind the inputs in texts, and in the nodes of pictures",
          "[autograd][attributes]") {
  const Tensor x = leaf({1, 2});
  const Tensor y = clamp(x, 0.5, 1);
  CHECK(tape_text(y) ==
        "leaf = leaf() : float64 [2]\n"
        "clamp = clamp(leaf, low=0.5, high=1) : float64 [2]\n");
  CHECK(tape_dot(y).find("n1 [label=\"clamp\\nlow=0.5, high=1\\nfloat64 [2]\", shape=ellipse]") !=
        std::string::npos);
  std::vector<TapeRecord> made(1);
  made[0].name = made[0].operation = "free";
  made[0].attributes = {{"a", "\"b\""}};
  CHECK(tape_text(made) == "free = free(a=\"b\") : float32 []\n");
  CHECK(tape_dot(made).find("free\\na=\\\"b\\\"\\n") != std::string::npos);
}
