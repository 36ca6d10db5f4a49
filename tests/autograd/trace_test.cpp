// Traces: everything that a function runs, tracked or not.
#include "autograd/leaf.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/graph.hpp"
#include "tapegrad/names.hpp"
#include "tapegrad/ops/linalg.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/shape.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::leaf;
using test::tensor_of;

namespace {

/// "name = operation(inputs)" for each record.
std::vector<std::string> lines(const std::vector<TapeRecord>& records) {
  std::vector<std::string> result;
  for (const TapeRecord& record : records) {
    std::string line = record.name + " = " + record.operation + "(";
    for (std::size_t i = 0; i < record.inputs.size(); ++i) {
      line += (i ? ", " : "") + records[record.inputs[i].value()].name;
    }
    result.push_back(line + ")");
  }
  return result;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("a trace lists what isn't tracked as well", "[autograd][trace]") {
  const Tensor x = tensor_of({1, 2}).named("x");
  const Tensor w = leaf({3, 4}).named("w");
  const auto records = trace([&] {
    const Tensor y = exp(x) * w;
    const NoGrad guard;
    (y + 1).sum();
  });
  CHECK(lines(records) == Lines{"x = constant()", "exp = exp(x)", "w = leaf()", "mul = mul(exp, w)",
                                "add = add(mul)", "sum = sum(add)"});
  CHECK(records[0].dtype == float64);
  CHECK(records[0].shape == Shape{2});
  CHECK(records.back().shape == Shape{});
}

TEST_CASE("a trace changes neither results nor gradients nor the tape", "[autograd][trace]") {
  const auto run = [](const Tensor& w) {
    Tensor y = exp(w * 2).sum();
    Tensor c = tensor_of({1, 2});
    c += 3;
    y = y + (c * w).sum();
    y.backward({.retain_graph = true});
    return y;
  };
  const Tensor plain = leaf({0.5, 0.25});
  const Tensor traced = leaf({0.5, 0.25});
  const Tensor expected = run(plain);
  Tensor y;
  trace([&] { y = run(traced); });
  CHECK(test::value(y) == test::value(expected));
  CHECK(test::values(traced.grad()) == test::values(plain.grad()));
  CHECK(tape_text(y) == tape_text(expected));
  CHECK_FALSE(tracing());
  CHECK(grad_enabled());
}

TEST_CASE("what is named in its scope keeps that place, the rest is where it is used first",
          "[autograd][trace]") {
  const auto records = trace([] {
    Tensor x;
    {
      const NameScope data("data");
      x = tensor_of({1, 2}).named("x");
    }
    const Tensor w = leaf({1, 2});
    name_where_used(w, "weight");
    const NameScope model("model");
    (x * w).named("answer");
  });
  CHECK(lines(records) == Lines{"data/x = constant()", "model/weight = leaf()",
                                "model/answer = mul(data/x, model/weight)"});
}

TEST_CASE("backward is one record for each leaf that got a gradient", "[autograd][trace]") {
  const Tensor w = leaf({1, 2}).named("w");
  const Tensor b = leaf({3}).named("b");
  const Tensor unused = leaf({3}).named("unused");
  const auto records = trace([&] {
    const Tensor loss = (w * w + b).sum();
    const NameScope train("train");
    loss.backward();
    (w.grad() * 2).named("twice");
  });
  CHECK(lines(records) == Lines{"w = leaf()", "mul = mul(w, w)", "b = leaf()", "add = add(mul, b)",
                                "sum = sum(add)", "train/gradients/w = gradient(sum, w)",
                                "train/gradients/b = gradient(sum, b)",
                                "train/twice = mul(train/gradients/w)"});
}

TEST_CASE("a gradient that is added to another comes from it too", "[autograd][trace]") {
  const Tensor w = leaf({1, 2}).named("w");
  const auto records = trace([&] {
    w.sum().backward();
    w.sum().backward();
  });
  CHECK(lines(records) == Lines{"w = leaf()", "sum = sum(w)", "gradients/w = gradient(sum, w)",
                                "sum_1 = sum(w)",
                                "gradients/w_1 = gradient(sum_1, w, gradients/w)"});
  CHECK(test::values(w.grad()) == test::Values{2, 2});
}

TEST_CASE("a leaf that only the reverse pass meets is listed before it", "[autograd][trace]") {
  const Tensor w = leaf({1, 2}).named("w");
  const Tensor loss = (w * w).sum().named("loss");
  const auto records = trace([&] { loss.backward(); });
  CHECK(lines(records) ==
        Lines{"loss = constant()", "w = leaf()", "gradients/w = gradient(loss, w)"});
}

TEST_CASE("grad() is a record for each result, or all its operations", "[autograd][trace]") {
  const Tensor x = leaf({2}).named("x");
  const auto plain = trace([&] { grad({(x * x).sum()}, {x}); });
  CHECK(lines(plain) ==
        Lines{"x = leaf()", "mul = mul(x, x)", "sum = sum(mul)", "gradients/x = gradient(sum, x)"});
  const auto recorded = trace([&] {
    const Tensor first = grad({exp(x)}, {x}, {.create_graph = true})[0];
    CHECK(test::value(grad({first}, {x})[0]) == Approx(std::exp(2.0)));
  });
  CHECK(lines(recorded) == Lines{"x = leaf()", "exp = exp(x)", "constant = constant()",
                                 "mul = mul(constant, exp)", "gradients/x = gradient(mul, x)"});
}

TEST_CASE("in-place changes are operations, of a view also on its base", "[autograd][trace]") {
  const auto records = trace([] {
    const Tensor x = tensor_of({1, 2, 3}).named("x");
    Tensor part = x.narrow(0, 0, 2).named("part");
    part += tensor_of({5, 5}).named("five");
    CHECK(test::value(x.sum()) == 16);
  });
  CHECK(lines(records) == Lines{"x = constant()", "part = slice(x)", "five = constant()",
                                "add = add(part, five)", "sum = sum(add)"});
}

TEST_CASE("detached handles lead back to what made their elements", "[autograd][trace]") {
  const Tensor w = leaf({1, 2}).named("w");
  const auto records = trace([&] { exp(w * w).detach() * w.detach(); });
  CHECK(lines(records) ==
        Lines{"w = leaf()", "mul = mul(w, w)", "exp = exp(mul)", "mul_1 = mul(exp, w)"});
}

TEST_CASE("lists of inputs are traced one by one", "[autograd][trace]") {
  const Tensor a = leaf({1}).named("a");
  const Tensor b = tensor_of({2}).named("b");
  CHECK(lines(trace([&] {
          cat({a, b, a});
        })) == Lines{"a = leaf()", "b = constant()", "cat = cat(a, b, a)"});
}

TEST_CASE("a trace within a trace has a list of its own", "[autograd][trace]") {
  const Tensor x = tensor_of({1}).named("x");
  std::vector<TapeRecord> inner;
  const auto outer = trace([&] {
    exp(x);
    inner = trace([&] { tanh(x); });
    CHECK(tracing());
    abs(x);
  });
  CHECK(lines(inner) == Lines{"x = constant()", "tanh = tanh(x)"});
  CHECK(lines(outer) == Lines{"x = constant()", "exp = exp(x)", "abs = abs(x)"});
}

TEST_CASE("an exception ends a trace and is passed on", "[autograd][trace]") {
  const Tensor x = leaf({1, 2});
  CHECK_THROWS_AS(trace([&] { matmul(x, leaf({1, 2, 3})); }), ShapeError);
  CHECK_FALSE(tracing());
  CHECK_NOTHROW(exp(x));
  CHECK_THROWS_AS(trace([&] { x.backward(); }), AutogradError);
  CHECK_FALSE(tracing());
}

TEST_CASE("views follow a change of their base, or are refused, in a trace too",
          "[autograd][trace]") {
  const auto run = [](bool recorded) {
    Tensor x = leaf({1, 2}) * 1;
    const Tensor view = [&] {
      const GradMode guard(recorded);
      return x.narrow(0, 0, 1);
    }();
    x += 1;
    const Tensor y = exp(view);
    CHECK(y.requires_grad());
  };
  CHECK(trace([&] { run(true); }).size() == 5);
  CHECK_THROWS_AS(run(false), AutogradError);
  CHECK_THROWS_AS(trace([&] { run(false); }), AutogradError);
}

TEST_CASE("a name counts for the change that came before it", "[autograd][trace]") {
  const Tensor x = tensor_of({1, 2}).named("x");
  const auto records = trace([&] {
    Tensor y = x;
    y += 1;
    y *= 2;
    y.named("result");
  });
  CHECK(lines(records) == Lines{"x = constant()", "add = add(x)", "result = mul(add)"});
}

TEST_CASE("an update takes any operation's name, also without a gradient", "[autograd][trace]") {
  const Tensor w = leaf({1}).named("w");
  const auto records = trace([&] {
    trace_update("my own step", w, leaf({2}).named("g"));
    trace_update("decay", w, {});
  });
  CHECK(lines(records) ==
        Lines{"w = leaf()", "g = leaf()", "w_1 = my own step(w, g)", "decay/w = decay(w_1)"});
}
