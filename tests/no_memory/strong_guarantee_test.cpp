// Memory may end at any allocation of a call: the call throws a MemoryError and nothing else has
// happened, so that it can be made again.
#include <functional>
#include <vector>

#include "no_memory/allocator.hpp"
#include "support/catch.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/memory.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/linalg.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/shape.hpp"
#include "tapegrad/random.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::with_ever_more_memory;

namespace {

std::vector<double> values(const Tensor& x) { return x.to_vector<double>(); }

}  // namespace

TEST_CASE("an operation without memory throws and leaves its inputs", "[no_memory]") {
  const Tensor x = tensor({1.0, 2.0}, {.requires_grad = true});
  const Tensor y = tensor({3.0, 4.0}, {.requires_grad = true});
  const Tensor p = tensor({0.0, 1.0});
  const std::vector<Tensor> three{x, y, x};
  using Function = std::function<Tensor()>;
  const std::vector<Function> functions{
      [&] { return x + y; },         [&] { return x * 3 + y.to(float64); },
      [&] { return cat(three); },    [&] { return matmul(x.unsqueeze(0), y.unsqueeze(1)); },
      [&] { return softmax(x, 0); }, [&] { return x.select(0, 1); },
      [&] { return x.clone(); },     [&] { return bernoulli(p); },
  };
  for (const Function& f : functions) {
    const std::vector<double> expected = values(f());
    const std::size_t in_use = memory_stats().in_use;
    Tensor result;
    const int times = with_ever_more_memory([&] { result = f(); },
                                            [&] {
                                              CHECK_FALSE(result.defined());
                                              CHECK(memory_stats().in_use == in_use);
                                            });
    CHECK(times > 1);
    CHECK(values(result) == expected);
  }
}

TEST_CASE("split without memory throws", "[no_memory]") {
  const Tensor x = tensor({1.0, 2.0, 3.0});
  const std::vector<std::int64_t> sizes{1, 2};
  std::vector<Tensor> parts;
  const auto unchanged = [&] { CHECK(parts.empty()); };
  CHECK(with_ever_more_memory([&] { parts = split(x, sizes); }, unchanged) > 1);
  CHECK(values(parts[1]) == std::vector<double>{2, 3});
  parts.clear();
  CHECK(with_ever_more_memory([&] { parts = split(x, 2); }, unchanged) > 1);
  CHECK(values(parts[1]) == std::vector<double>{3});
}

TEST_CASE("a recorded change in place without memory changes nothing", "[no_memory]") {
  const Tensor x = tensor({1.0, 2.0, 3.0, 4.0}, {.requires_grad = true});
  const Tensor factor = tensor({10, 20}, {.dtype = float32});
  Tensor y = x.clone();
  Tensor part = y.narrow(0, 1, 2);
  const std::uint32_t version = y.version();
  const auto unchanged = [&] {
    CHECK(values(y) == std::vector<double>{1, 2, 3, 4});
    CHECK(values(part) == std::vector<double>{2, 3});
    CHECK(y.operation() == "clone");
    CHECK(part.operation() == "slice");
    CHECK(y.version() == version);
  };
  CHECK(with_ever_more_memory([&] { part *= factor; }, unchanged) >= 4);
  CHECK(values(y) == std::vector<double>{1, 20, 60, 4});
  // d/dx of sum(y^2) / 2, y = x times {1, 10, 20, 1}: x times the squares of these.
  (square(y).sum() / 2).backward();
  CHECK(values(x.grad()) == std::vector<double>{1, 200, 1200, 4});
}

TEST_CASE("a reverse pass without memory leaves the gradients of all leaves", "[no_memory]") {
  const Tensor x = tensor({1.0, 2.0}, {.requires_grad = true});
  const Tensor y = tensor({3.0, 4.0}, {.requires_grad = true});
  const Tensor z = tensor({5.0, 6.0}, {.requires_grad = true});
  const Tensor sum = (x + y + exp(z) * x).sum();  // x + y: the same gradient for two leaves
  Tensor held;
  for (const double times : {1.0, 2.0, 3.0}) {  // none yet, one of its own, one that is held
    const double before = times - 1;
    const auto unchanged = [&] {
      CHECK(y.grad().defined() == (before > 0));
      if (before > 0) CHECK(values(y.grad()) == std::vector<double>{before, before});
      CHECK(x.grad().defined() == y.grad().defined());
      CHECK(z.grad().defined() == y.grad().defined());
    };
    CHECK(with_ever_more_memory([&] { sum.backward({.retain_graph = true}); }, unchanged) > 3);
    CHECK(values(y.grad()) == std::vector<double>{times, times});
    if (times == 2) held = y.grad();
  }
  CHECK(values(held) == std::vector<double>{2, 2});
}

TEST_CASE("grad() without memory throws, and gives the gradients when there is some",
          "[no_memory]") {
  const Tensor x = tensor({1.0, 2.0}, {.requires_grad = true});
  const Tensor y = square(x).sum();
  std::vector<Tensor> result;
  const auto unchanged = [&] { CHECK(result.empty()); };
  const std::vector<Tensor> outputs{y};
  const std::vector<Tensor> inputs{x};
  const GradOptions options{.retain_graph = true};
  const auto call = [&] { result = grad(outputs, inputs, options); };
  CHECK(with_ever_more_memory(call, unchanged) > 3);
  CHECK(values(result[0]) == std::vector<double>{2, 4});
}

TEST_CASE("a change in place of another type without memory changes nothing", "[no_memory]") {
  Tensor x = tensor({1.0, 2.0});
  const Tensor other = tensor({2, 3});
  const auto unchanged = [&] { CHECK(values(x) == std::vector<double>{1, 2}); };
  CHECK(with_ever_more_memory([&] { x.add_(other); }, unchanged) > 0);
  CHECK(values(x) == std::vector<double>{3, 5});
}

TEST_CASE("memory that from_blob can't take over stays the caller's", "[no_memory]") {
  std::vector<float> mine{1, 2};
  int deleted = 0;
  const std::function<void(void*)> deleter = [&deleted](void*) { ++deleted; };
  Tensor x;
  const int times = with_ever_more_memory([&] { x = Tensor::from_blob(mine.data(), {2}, deleter); },
                                          [&] { CHECK(deleted == 0); });
  CHECK(times > 1);
  x = Tensor();
  CHECK(deleted == 1);
}

TEST_CASE("a vector that can't be taken over keeps its elements", "[no_memory]") {
  std::vector<float> mine{1, 2};
  Tensor x;
  const int times = with_ever_more_memory([&] { x = Tensor::from_vector(std::move(mine), {2}); },
                                          [&] {
                                            CHECK(mine == std::vector<float>{1, 2});
                                          });
  CHECK(times > 1);
  CHECK(values(x) == std::vector<double>{1, 2});
}

TEST_CASE("to_ without memory keeps the type, the elements and the gradient", "[no_memory]") {
  Tensor x = tensor({1.0, 2.0}, {.requires_grad = true});
  x.sum().backward();
  const auto unchanged = [&] {
    CHECK(x.dtype() == float32);
    CHECK(x.grad().dtype() == float32);
    CHECK(values(x) == std::vector<double>{1, 2});
  };
  CHECK(with_ever_more_memory([&] { x.to_(float64); }, unchanged) > 1);
  CHECK(x.dtype() == float64);
  CHECK(x.grad().dtype() == float64);
}
