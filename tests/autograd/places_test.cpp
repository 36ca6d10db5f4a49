// Where an error happened stands behind its message: the scope, the operation whose derivative
// failed, the line that called backward() or grad().
#include <stdexcept>
#include <string>
#include <vector>

#include "autograd/leaf.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/custom.hpp"
#include "tapegrad/names.hpp"
#include "tapegrad/ops/linalg.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::contains;
using test::error_of;
using test::leaf;
using test::tensor_of;

namespace {

std::string line(int n) { return std::string(__FILE__) + ":" + std::to_string(n) + ")"; }

/// An operation whose derivative throws what `refuse` throws.
template <class F>
auto failing(F refuse) {
  return custom(
      "failing", [](const Tensor& x) { return x + 0; },
      [refuse](const Tensor&, const Tensor&, const Tensor& g) -> Tensor {
        refuse();
        return g;
      });
}

}  // namespace

TEST_CASE("an error names the scope that it happened in", "[autograd][places]") {
  const auto wrong = [] { matmul(ones({2, 3}), ones({2, 3})); };
  const std::string plain = error_of<ShapeError>(wrong);
  CHECK(!contains(plain, "(in"));
  const NameScope model("model");
  CHECK(error_of<ShapeError>(wrong) == plain + " (in \"model\")");
  const NameScope linear("linear");
  CHECK(error_of<ShapeError>(wrong) == plain + " (in \"model/linear\")");
  CHECK(error_of([] { Tensor() + 1; }).ends_with(" (in \"model/linear\")"));
}

TEST_CASE("an error in a derivative names its operation, the scope of that and the call",
          "[autograd][places]") {
  const auto refuse = [] { matmul(ones({2, 3}), ones({2, 3})); };
  const std::string plain = error_of<ShapeError>(refuse);
  const auto op = failing(refuse);
  const Tensor x = leaf({1, 2});
  Tensor y;
  {
    const NameScope scope("model/block");
    y = op(x).sum();
  }
  const GradOptions kept{.retain_graph = true};
  const std::string of_op = plain + " (in the derivative of failing in \"model/block\")";
  const std::string back = error_of<ShapeError>([&] { y.backward({.retain_graph = true}); });
  CHECK(back == of_op + " (backward at " + line(__LINE__ - 1));
  const std::string found = error_of<ShapeError>([&] { grad({y}, {x}, kept); });
  CHECK(found == of_op + " (grad at " + line(__LINE__ - 1));
  const NameScope scope("train");
  const std::string within = error_of<ShapeError>([&] { y.backward(); });
  CHECK(within == plain + " (in \"train\")" + of_op.substr(plain.size()) + " (backward at " +
                      line(__LINE__ - 2));
  CHECK(!x.grad().defined());
}

TEST_CASE("what isn't the library's passes through a reverse pass as it is", "[autograd][places]") {
  const auto op = failing([] { throw std::runtime_error("mine"); });
  CHECK_THROWS_WITH(op(leaf({1})).sum().backward(), "mine");
  struct Mine : Error {
    using Error::Error;
  };
  const auto other = failing([] { throw Mine("mine, too"); });
  CHECK(error_of<Mine>([&] {
          other(leaf({1})).sum().backward();
        }).starts_with("mine, too (in the derivative of failing)"));
}

TEST_CASE("misuse of backward() and grad() names the call", "[autograd][places]") {
  const Tensor x = leaf({1, 2});
  const Tensor y = x * 2;
  const std::string shape = error_of<AutogradError>([&] { y.backward(); });
  CHECK(shape.ends_with(" (backward at " + line(__LINE__ - 1)));
  const std::string seed = error_of<ShapeError>([&] { y.backward(ones({3})); });
  CHECK(seed.ends_with(" (backward at " + line(__LINE__ - 1)));
  const std::string kept = error_of<AutogradError>([&] { y.backward({.retain_graph = true}); });
  CHECK(kept.ends_with(" (backward at " + line(__LINE__ - 1)));
  const std::string input = error_of<AutogradError>([&] { grad({y.sum()}, {ones({2})}); });
  CHECK(input.ends_with(" (grad at " + line(__LINE__ - 1)));
}

TEST_CASE("the error about a freed graph says where its record was made", "[autograd][places]") {
  const Tensor x = leaf({1, 2});
  Tensor h;
  {
    const NameScope scope("model/first");
    h = exp(x);
  }
  h.sum().backward();
  CHECK(contains(error_of<AutogradError>([&] { h.sum().backward(); }),
                 "the graph below this exp of shape [2] in \"model/first\" was freed"));
}

TEST_CASE("an error that was given a place is copied with it", "[autograd][places]") {
  ShapeError error("sum: no");
  error.add_place("at noon");
  const ShapeError copy = error;
  CHECK(std::string(copy.what()) == "sum: no (at noon)");
  CHECK(std::string(static_cast<const std::exception&>(copy).what()) == "sum: no (at noon)");
  MemoryError memory("exp", "float32 [2] needs 8 bytes", 8, 0);
  const std::string before = memory.what();
  memory.add_place("at night");
  CHECK(std::string(memory.what()) == before + " (at night)");
  memory.add_place(std::string(600, 'x'));  // no room
  CHECK(std::string(memory.what()) == before + " (at night)");
  const NameScope scope("model");
  CHECK(std::string(MemoryError("exp", "float32 [2] needs 8 bytes", 8, 0).what()) ==
        before + " (in \"model\")");
}
