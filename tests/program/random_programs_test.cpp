// Programs that nobody thought of: random operations, views, changes in place, passes and steps,
// captured and by themselves.
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/sanitized.hpp"
#include "support/values.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/index.hpp"
#include "tapegrad/ops/linalg.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/shape.hpp"
#include "tapegrad/optim/adam.hpp"
#include "tapegrad/program.hpp"
#include "tapegrad/random.hpp"

namespace tapegrad {
namespace {

using Tensors = std::vector<Tensor>;

constexpr std::int64_t side = 4;

/// What a program starts with besides its feeds: of each side, captured and eager, its own.
struct World {
  explicit World(std::uint64_t seed)
      : generator(seed),
        weight(rand({side, side}, float32, generator).requires_grad_()),
        bias(rand({side}, float32, generator).requires_grad_()),
        buffer(rand({side, side}, float32, generator)),
        adam({weight, bias}, {.lr = 0.01}) {}
  Generator generator;
  Tensor weight;
  Tensor bias;
  Tensor buffer;
  optim::Adam adam;
};

/// A function that does the same whenever it is called: all choices come from its seed.
class RandomFunction {
 public:
  RandomFunction(World& world, std::uint32_t seed) : world_(world), seed_(seed) {}
  Tensors operator()(const Tensors& feeds) const;

 private:
  using Choice = std::mt19937;
  static Tensor one_of(const Tensors& values, Choice& choice) {
    return values[choice() % values.size()];
  }
  Tensor next(const Tensors& values, Choice& choice) const;
  void change_in_place(Tensors& values, Choice& choice) const;

  World& world_;
  std::uint32_t seed_;
};

/// Another [side, side] tensor, of moderate size.
Tensor RandomFunction::next(const Tensors& values, Choice& choice) const {
  const Tensor a = one_of(values, choice);
  const Tensor b = one_of(values, choice);
  switch (choice() % 22) {
    case 0:
      return a + b;
    case 1:
      return a - b * 0.5;
    case 2:
      return tanh(a) * b;
    case 3:
      return sigmoid(a / (b * b + 1));
    case 4:
      return softmax(a, static_cast<std::int64_t>(choice() % 2));
    case 5:
      return matmul(a, b) / side;
    case 6:
      return matmul(a.t(), b).t() / side;
    case 7:
      return where(a > b, a, b * 0.25);
    case 8:
      return a.slice(0, 1, 3).sum(0, keepdim) + b.mean(1, keepdim);
    case 9:
      return cat({a.slice(0, 0, 2), b.slice(0, 2, 4)}, 0);
    case 10:
      return a.select(0, 1).expand({side, side});
    case 11:
      return a.reshape({2, 8}).flip(1).reshape({side, side});
    case 12:
      return maximum(a, world_.bias) - log1p(abs(b));
    case 13:
      return a.cumsum(1) / side;
    case 14:
      return tanh(matmul(a, world_.weight) + world_.bias);
    case 15:
      return a + rand({side, side}, {}, world_.generator);
    case 16:
      return a * world_.buffer.clone();
    case 17:
      return index_select(a, 0, tensor({3, 0, 0, 2}));
    case 18:
      return a.to(float64).square().sqrt().to(float32);
    case 19:
      return amax(a, 0, keepdim) + zeros({side, side}).index_add(1, tensor({0, 1, 1, 3}), b);
    case 20:
      return clamp(a, -1, 1).pow(3);
    default:
      return a.detach() + logsumexp(b, 1, keepdim);
  }
}

void RandomFunction::change_in_place(Tensors& values, Choice& choice) const {
  const Tensor a = one_of(values, choice).detach();
  switch (choice() % 4) {
    case 0: {
      const NoGrad guard;
      world_.buffer.mul_(0.5).add_(tanh(a));
      break;
    }
    case 1: {
      Tensor fresh = a.clone();
      fresh.slice(0, 0, 2).mul_(2);
      fresh[3] = 0.5f;
      values.push_back(fresh);
      break;
    }
    case 2: {
      // Recorded, through a view.
      Tensor fresh = one_of(values, choice) * 1;
      fresh.select(1, 2).add_(world_.bias);
      values.push_back(fresh);
      break;
    }
    default: {
      Tensor sum = zeros({side, side});
      sum += a;
      sum /= 2;
      values.push_back(sum);
    }
  }
}

Tensors RandomFunction::operator()(const Tensors& feeds) const {
  Choice choice(seed_);
  Tensors values(feeds);
  const std::size_t operations = 3 + choice() % 12;
  for (std::size_t i = 0; i < operations; ++i) {
    values.push_back(next(values, choice));
    if (choice() % 5 == 0) change_in_place(values, choice);
  }
  const Tensor loss = (values.back() * matmul(feeds[0], world_.weight)).mean();
  if (choice() % 2 == 0) world_.adam.zero_grad();
  const std::uint32_t passes = choice() % 3;
  for (std::uint32_t i = 0; i < passes; ++i) loss.backward({.retain_graph = i + 1 < passes});
  if (choice() % 2 == 0) world_.adam.step();
  return {one_of(values, choice), loss, values.back()};
}

void check_same(const Tensor& got, const Tensor& expected, const char* what) {
  INFO(what);
  REQUIRE(got.defined() == expected.defined());
  if (got.defined()) REQUIRE(test::difference(got.detach(), expected.detach(), 0, 0) == "");
}

TEST_CASE("random programs do what their functions do, to the bit", "[program]") {
  constexpr std::uint32_t programs = test::sanitized ? 300 : 3000;
  for (std::uint32_t seed = 0; seed < programs; ++seed) {
    World eager(seed), captured(seed);
    const RandomFunction f(eager, seed);
    const Program program =
        capture(Program::Function(RandomFunction(captured, seed)), {{side, side}, {side, side}});
    INFO("seed " << seed << "\n" << program.text());
    Generator of_feeds(seed + 1);
    for (int run = 0; run < 3; ++run) {
      INFO("run " << run);
      const Tensors feeds{randn({side, side}, float32, of_feeds),
                          randn({side, side}, float32, of_feeds)};
      const Tensors expected = f(feeds);
      const Tensors got = program.run(feeds);
      for (std::size_t i = 0; i < got.size(); ++i) check_same(got[i], expected[i], "a result");
      check_same(captured.weight, eager.weight, "the weight");
      check_same(captured.bias, eager.bias, "the bias");
      check_same(captured.weight.grad(), eager.weight.grad(), "the weight's gradient");
      check_same(captured.buffer, eager.buffer, "the buffer");
    }
  }
}

}  // namespace
}  // namespace tapegrad
