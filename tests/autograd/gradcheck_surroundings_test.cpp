// What gradcheck() makes of functions that throw, change their inputs or depend on recording, and
// of hooks.
#include "tapegrad/gradcheck.hpp"

#include <cmath>

#include "autograd/leaf.hpp"
#include "support/values.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/memory.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using gradtest::Report;
using gradtest::Verdict;
using test::contains;
using test::error_of;
using test::leaf;
using test::tensor_of;
using test::Values;
using test::values;

using Tensors = std::vector<Tensor>;

TEST_CASE("gradcheck leaves inputs, recording and memory as they were", "[autograd][gradcheck]") {
  const Tensor x = leaf({1, 2});
  const auto f = [](const Tensors& in) { return in[0] * in[0]; };
  const NoGrad off;
  gradcheck(f, {x}, {.order = 3});
  const std::size_t before = memory_stats().in_use;
  CHECK(gradcheck(f, {x}, {.order = 3}));
  CHECK(memory_stats().in_use == before);
  CHECK(values(x) == Values{1, 2});
  CHECK_FALSE(x.grad().defined());
  CHECK_FALSE(grad_enabled());
}

TEST_CASE("what the function throws at the inputs is passed on", "[autograd][gradcheck]") {
  const Tensor x = leaf({1, 2});
  const auto f = [](const Tensors&) -> Tensor { throw Error("no value"); };
  CHECK_THROWS_WITH(gradcheck(f, {x}), "no value");
  CHECK(values(x) == Values{1, 2});
}

TEST_CASE("a function that throws beside the inputs isn't defined there", "[autograd][gradcheck]") {
  const Tensor x = leaf({1, 2});
  const auto f = [](const Tensors& in) {
    if (values(in[0])[0] < 1) throw Error("too small");
    return in[0] * in[0];
  };
  const Report report = gradcheck(f, {x});
  INFO(report.text());
  CHECK(report);
  CHECK(values(x) == Values{1, 2});
}

TEST_CASE("what is thrown with recording alone, or without it alone, is told",
          "[autograd][gradcheck]") {
  const auto only = [](bool recorded) {
    return [recorded](const Tensors& in) {
      if (grad_enabled() == recorded) throw std::runtime_error("out of luck");
      return in[0] * 2;
    };
  };
  const Report taped = gradcheck(only(true), {leaf({1, 2})});
  CHECK(taped.verdict == Verdict::wrong);
  CHECK(contains(taped.text(), "f throws where it is recorded, not where it isn't: out of luck"));
  const Report bare = gradcheck(only(false), {leaf({1, 2})});
  CHECK(bare.verdict == Verdict::wrong);
  CHECK(contains(bare.text(), "f throws where it isn't recorded, not where it is: out of luck"));
}

TEST_CASE("a function that changes its input is told", "[autograd][gradcheck]") {
  const auto f = [](const Tensors& in) {
    const Tensor y = square(in[0]);
    const NoGrad off;
    Tensor x = in[0];
    x.mul_(full({}, 1.0, {.dtype = float64}));
    return y;
  };
  const Report report = gradcheck(f, {leaf({1, 2})});
  INFO(report.text());
  CHECK_FALSE(report);
}

TEST_CASE("values that depend on recording are told", "[autograd][gradcheck]") {
  const auto f = [](const Tensors& in) {
    return in[0] * 2 + (grad_enabled() ? 0.0 : 1.0);  // the slope is the same
  };
  const Report report = gradcheck(f, {leaf({1, 2})});
  INFO(report.text());
  CHECK(report.verdict == Verdict::wrong);
  CHECK(contains(report.text(), "f[0] is 2 where it is recorded, 3 where it isn't"));
}

TEST_CASE("hooks on inputs take part", "[autograd][gradcheck]") {
  const Tensor x = leaf({1, 2});
  x.register_hook([](const Tensor& g) { return 2 * g; });
  const Report report = gradcheck([](const Tensors& in) { return in[0] * 3; }, {x});
  INFO(report.text());
  CHECK(report.verdict == Verdict::wrong);
  CHECK(contains(report.diagnosis, "each element is 2 times the numeric one"));
}

TEST_CASE("hooks inside the function take part, at all orders", "[autograd][gradcheck]") {
  const auto scaled = [](double factor) {
    return [factor](const Tensors& in) {
      const Tensor y = in[0] * 2;
      y.register_hook([factor](const Tensor& g) { return g * factor; });
      return y * y;
    };
  };
  const Report right = gradcheck(scaled(1), {leaf({1, 2})}, {.order = 3});
  INFO(right.text());
  CHECK(right);
  const Report wrong = gradcheck(scaled(3), {leaf({1, 2})});
  INFO(wrong.text());
  CHECK(wrong.verdict == Verdict::wrong);
  CHECK(contains(wrong.diagnosis, "each element is 3 times the numeric one"));
}

TEST_CASE("a value that is NaN with recording alone is told first", "[autograd][gradcheck]") {
  const auto f = [](const Tensors& in) { return grad_enabled() ? in[0] * NAN : in[0] * 2; };
  const Report report = gradcheck(f, {leaf({1, 2})});
  INFO(report.text());
  CHECK(report.verdict == Verdict::wrong);
  CHECK(contains(report.findings[0], "f[0] is nan where it is recorded, 2 where it isn't"));
}

TEST_CASE("gradcheck says what it can't check", "[autograd][gradcheck]") {
  const auto same = [](const Tensors& x) { return x[0] * 1; };
  CHECK(contains(error_of<AutogradError>([&] { gradcheck(same, {tensor_of({1})}); }),
                 "requires_grad_()"));
  const auto counts = [](const Tensors& x) { return x[0].to(int64); };
  CHECK(contains(error_of<DTypeError>([&] { gradcheck(counts, {leaf({1})}); }), "int64"));
}

TEST_CASE("an empty function has no cell", "[autograd][gradcheck]") {
  const auto twice = [](const Tensors& x) { return x[0] * 2; };
  for (const int order : {1, 2, 3}) {
    const Report report = gradcheck(twice, {leaf({}, {0, 3})}, {.order = order});
    CHECK(report);
    CHECK(report.cells == 0);
  }
}
