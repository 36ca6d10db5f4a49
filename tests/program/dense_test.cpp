// Steps of a program that are one loop over arrays without gaps, which runs without looking at the
// tensors again.
#include "program/dense_step.hpp"

#include <cstdint>
#include <vector>

#include "autograd/apply.hpp"
#include "autograd/capture.hpp"
#include "kernels/parallel.hpp"
#include "support/catch.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/shape.hpp"
#include "tapegrad/program.hpp"
#include "tapegrad/random.hpp"

namespace tapegrad {
namespace {

using Tensors = std::vector<Tensor>;

/// How many steps of a function are such loops, over tensors that lie as those of the capture do.
std::size_t loops_of(const Program::Function& f, std::vector<Meta> feeds) {
  const Captured captured = capture_steps(f, feeds);
  std::size_t loops = 0;
  for (const Step& step : captured.steps) {
    if (!step.operation) continue;
    const std::vector<const Tensor*> inputs = pointers_to(step.inputs);
    loops += DenseStep::of(*step.operation, step.outputs, inputs).has_value();
  }
  return loops;
}

/// The bits of a function's results, from a run of its program and from itself, for new feeds each
/// time: their memory is another.
void check_runs(const Program::Function& f, const std::vector<Shape>& shapes, DType dtype) {
  std::vector<Feed> feeds;
  for (const Shape& shape : shapes) feeds.push_back({shape, dtype});
  const Program program(f, feeds);
  Generator generator(7);
  std::vector<Tensors> kept;
  for (int run = 0; run < 3; ++run) {
    Tensors x;
    for (const Shape& shape : shapes) x.push_back(randn(shape, {.dtype = dtype}, generator));
    const Tensors expected = f(x);
    const Tensors found = program.run(x);
    kept.push_back(found);
    REQUIRE(found.size() == expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) CHECK(equal(found[i], expected[i]));
  }
  CHECK_FALSE(kept[0][0].shares_storage_with(kept[1][0]));
}

}  // namespace

TEST_CASE("loops over arrays of every length run as in the function", "[program]") {
  const Tensor w = full({1}, 0.75);
  const auto f = [&](const Tensors& x) {
    const Tensor y = x[0] * w.to(x[0].dtype()) + x[1];
    return Tensors{y, (y * 0.5 - x[0]).exp(), -y / (y * y + 1)};
  };
  for (const DType dtype : {float32, float64}) {
    for (const std::int64_t n : {1, 2, 3, 7, 8, 15, 16, 17, 31, 33, 100}) {
      CAPTURE(dtype, n);
      check_runs(f, {{n}, {n}}, dtype);
    }
    for (const std::int64_t n : {kernels::grain - 1, kernels::grain, kernels::grain + 1})
      check_runs(f, {{n}, {n}}, dtype);
  }
}

TEST_CASE("one element for all of a result's is an operand of such a loop", "[program]") {
  const auto f = [](const Tensors& x) {
    return Tensors{x[0] * x[1] + x[2], x[1] - x[0], maximum(x[2], x[0])};
  };
  for (const DType dtype : {float32, float64}) {
    check_runs(f, {{5, 7}, {1}, {}}, dtype);
    check_runs(f, {{1}, {}, {1}}, dtype);
    check_runs(f, {{2, 1}, {1, 3}, {3}}, dtype);
  }
}

TEST_CASE("one row for all of a result's is an operand of such a loop", "[program]") {
  const auto f = [](const Tensors& x) {
    return Tensors{x[0] * x[1] + x[2], (x[1] - x[0]).exp(), maximum(x[2], x[0]) * 2 - x[1]};
  };
  for (const DType dtype : {float32, float64}) {
    check_runs(f, {{5, 40}, {40}, {1, 40}}, dtype);
    check_runs(f, {{3, 2, 17}, {2, 17}, {}}, dtype);
    check_runs(f, {{3, 2, 17}, {2, 17}, {17}}, dtype);
    check_runs(f, {{300, 100}, {100}, {1}}, dtype);
    check_runs(f, {{3000, 20}, {20}, {1}}, dtype);
  }
}

TEST_CASE("derivatives are such loops, too", "[program]") {
  const auto f = [](const Tensors& x) {
    const Tensor z = x[0].detach().requires_grad_();
    Tensor y = z;
    for (int i = 0; i < 5; ++i) y = y + (y - y * y) * 0.01F;
    y.sum().backward();
    return Tensors{y, z.grad()};
  };
  for (const std::int64_t n : {1, 5}) check_runs(f, {{n}}, float32);
}

TEST_CASE("what is more than a loop without gaps is no such step", "[program]") {
  const auto one = [](const Tensors& x) { return Tensors{x[0] + x[1]}; };
  CHECK(loops_of(one, {{float32, {3}}, {float32, {3}}}) == 1);
  CHECK(loops_of(one, {{float32, {3}}, {float32, {1}}}) == 1);
  CHECK(loops_of(one, {{float64, {3}}, {float64, {}}}) == 1);
  CHECK(loops_of(one, {{float32, {2, 3}}, {float32, {3}}}) == 0);
  CHECK(loops_of(one, {{float32, {3, 1}}, {float32, {3}}}) == 0);
  CHECK(loops_of(one, {{float32, {2, 16}}, {float32, {16}}}) == 1);
  CHECK(loops_of(one, {{float32, {2, 16}}, {float32, {1, 16}}}) == 1);
  CHECK(loops_of(one, {{float32, {16, 2}}, {float32, {16, 1}}}) == 0);
  CHECK(loops_of(one, {{float32, {2, 16, 4}}, {float32, {16, 1}}}) == 0);
  CHECK(loops_of(one, {{float32, {3}}, {float64, {3}}}) == 0);
  CHECK(loops_of(one, {{int64, {3}}, {int64, {3}}}) == 0);
  CHECK(loops_of(one, {{float16, {3}}, {float16, {3}}}) == 0);
  CHECK(loops_of(one, {{float32, {0}}, {float32, {0}}}) == 0);
  const std::int64_t many = kernels::grain + 1;
  CHECK(loops_of(one, {{float32, {many}}, {float32, {many}}}) == 0);
  const auto turned = [](const Tensors& x) { return Tensors{x[0].t() + 1}; };
  CHECK(loops_of(turned, {{float32, {2, 3}}}) == 0);
  CHECK(loops_of(turned, {{float32, {1, 3}}}) == 1);
  const auto compared = [](const Tensors& x) { return Tensors{x[0] < x[0]}; };
  CHECK(loops_of(compared, {{float32, {3}}}) == 0);
}

}  // namespace tapegrad
