// Names of operations in scopes.
#include "tapegrad/names.hpp"

#include <atomic>
#include <thread>

#include "autograd/leaf.hpp"
#include "tapegrad/graph.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::leaf;

TEST_CASE("an operation is named after itself in its scope, for its first result", "[names]") {
  const Tensor x = leaf({1, 2}).named("x");
  const NameScope model("model");
  CHECK((x * 2).name() == "model/mul:0");
  {
    const NameScope loss("loss");
    CHECK((x * 2).name() == "model/loss/mul:0");
  }
  CHECK((x - 1).name() == "model/sub:0");
}

TEST_CASE("operations of one name in one scope are numbered from the second on", "[names]") {
  const Tensor x = leaf({1, 2});
  const NameScope loss("loss");
  const Tensor y = (x - 1) - (x - 2);
  CHECK(y.name() == "loss/sub_2:0");
  std::vector<std::string> names;
  for (const TapeRecord& record : tape(y)) names.push_back(record.name);
  CHECK(names == std::vector<std::string>{"loss/leaf", "loss/sub", "loss/sub_1", "loss/sub_2"});
}

TEST_CASE("named() names operations, leaves and constants", "[names]") {
  CHECK(full({}, 42.0).named("answer").name() == "answer:0");
  CHECK(full({}, 42.0).name() == "constant:0");
  const Tensor w = leaf({1}).named("w");
  CHECK(w.name() == "w:0");
  const NameScope scope("train");
  CHECK((w * w).named("answer").name() == "train/answer:0");
  CHECK(full({}, 42.0).named("answer").name() == "train/answer:0");
}

TEST_CASE("names in a list are unique, also beside a name that looks numbered", "[names]") {
  const Tensor x = leaf({1}).named("a_1");
  const Tensor y = ((x + 1).named("a") + 2).named("a");
  std::vector<std::string> names;
  for (const TapeRecord& record : tape(y)) names.push_back(record.name);
  CHECK(names == std::vector<std::string>{"a_1", "a", "a_2"});
}

TEST_CASE("a leaf without a scope stands in the scope of its first use", "[names]") {
  const Tensor w = leaf({1}).named("weight");
  Tensor y;
  {
    const NameScope scope("linear");
    y = w * 2;
  }
  CHECK(tape(y * w).front().name == "linear/weight");
}

TEST_CASE("the tape is a list in which inputs come before results", "[names]") {
  const Tensor x = leaf({1, 2});
  const std::vector<TapeRecord> records = tape((x * full({}, 3)).sum());
  REQUIRE(records.size() == 3);
  CHECK(records[0].operation == "leaf");
  CHECK(records[1].operation == "mul");
  REQUIRE(records[1].inputs.size() == 2);
  CHECK(records[1].inputs[0] == 0u);
  CHECK(!records[1].inputs[1].has_value());
  CHECK(records[2].shape == Shape{});
  CHECK(tape(ones({2})).empty());
}

TEST_CASE("names that TensorBoard wouldn't take are refused", "[names]") {
  for (const char* name : {"", "a b", "/a", "a/", "a//b", "_a", "a:0", "ä"}) {
    CHECK_THROWS_AS(NameScope(name), Error);
    CHECK_THROWS_AS(ones({1}).named(name), Error);
  }
  CHECK_NOTHROW(NameScope("a/b-1.c_"));
}

TEST_CASE("a scope ends with its block, also by an exception", "[names]") {
  const Tensor x = leaf({1});
  try {
    const NameScope scope("lost");
    throw Error("x");
  } catch (const Error&) {
  }
  CHECK((x * 2).name() == "mul:0");
}

TEST_CASE("a scope's name is entered where it stands, as often as one likes", "[names]") {
  const Tensor x = leaf({1});
  const ScopeName linear("linear");
  const auto name = [&] {
    const NameScope scope(linear);
    return (x * 2).name();
  };
  for (int i = 0; i < 2; ++i) {
    CHECK(name() == "linear/mul:0");
    const NameScope model("model");
    CHECK(name() == "model/linear/mul:0");
    CHECK(name() == "model/linear/mul:0");
  }
  CHECK((x * 2).name() == "mul:0");
}

TEST_CASE("a scope's name is a value, and none is no scope", "[names]") {
  const Tensor x = leaf({1});
  ScopeName a("a");
  const auto name_in = [&](const ScopeName& scope_name) {
    const NameScope scope(scope_name);
    return (x * 2).name();
  };
  CHECK(name_in(a) == "a/mul:0");
  const ScopeName copy = a;
  a.assign("b");
  CHECK(name_in(a) == "b/mul:0");
  CHECK(name_in(copy) == "a/mul:0");
  a.assign("no name");
  CHECK(a.text().empty());
  CHECK(name_in(a) == "mul:0");
  CHECK(name_in(ScopeName()) == "mul:0");
  CHECK_THROWS_AS(ScopeName("no name"), Error);
}

TEST_CASE("threads enter one scope's name at different places", "[names]") {
  const ScopeName linear("linear");
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (const char* place : {"a", "b", "c"}) {
    threads.emplace_back([&linear, &wrong, place] {
      const NameScope scope(place);
      const Tensor x = ones({1}, {.requires_grad = true});
      for (int i = 0; i < 2000; ++i) {
        const NameScope inner(linear);
        if ((x * 2).name() != std::string(place) + "/linear/mul:0") ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
}

TEST_CASE("a name by its owner stays through freezing, and gives way to the user's", "[names]") {
  Tensor w = ones({1});
  name_where_used(w, "weight");
  CHECK(w.name() == "weight:0");
  w.requires_grad_();
  CHECK(w.name() == "weight:0");
  w.requires_grad_(false);
  w.requires_grad_(true);
  CHECK(w.name() == "weight:0");
  name_where_used(w, "other");
  name_where_used(w, "");
  CHECK(w.name() == "weight:0");
  w.named("mine");
  CHECK(w.name() == "mine:0");
  w.requires_grad_(false);
  CHECK(w.name() == "mine:0");
  const Tensor y = exp(leaf({1}));
  name_where_used(y, "weight");
  CHECK(y.name() == "exp:0");
}
