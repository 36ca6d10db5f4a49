// Data-parallel training: threads run one model on their parts of a batch, and one step follows.
#include <cmath>
#include <cstdint>
#include <vector>

#include "autograd/leaf.hpp"
#include "support/values.hpp"
#include "tapegrad/dtype.hpp"
#include "tapegrad/nn/linear.hpp"
#include "tapegrad/nn/module.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/linalg.hpp"
#include "tapegrad/ops/loss.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/optim/adam.hpp"
#include "tapegrad/optim/sgd.hpp"
#include "tapegrad/random.hpp"
#include "tapegrad/tensor.hpp"
#include "threads/at_once.hpp"

using namespace tapegrad;
using test::at_once;
using test::difference;

namespace {

constexpr int shards = 4;
constexpr std::int64_t rows = 32;  // of a shard

struct Mlp : nn::Module {
  nn::Linear hidden{6, 16};
  nn::Linear out{16, 1};
  void visit(nn::Visitor& v) override {
    v("hidden", hidden);
    v("out", out);
  }
  Tensor forward(const Tensor& x) { return out(tanh(hidden(x))); }
};

Tensor shard(const Tensor& x, int i) { return x.narrow(0, i * rows, rows); }

/// Adds the gradients of the whole batch up, by one thread or by several.
template <class Loss>
void add_gradients(const Loss& loss, bool parallel) {
  if (parallel) {
    at_once(shards, [&](int i) { loss(i).backward(); });
  } else {
    for (int i = 0; i < shards; ++i) loss(i).backward();
  }
}

/// The weights of a linear model after some steps on data of small integers, where float64 is
/// exact.
Tensor trained_on_integers(bool parallel) {
  const Tensor x = randint(-4, 5, {shards * rows, 6}, {.dtype = float64});
  const Tensor t = randint(-4, 5, {shards * rows, 1}, {.dtype = float64});
  const Tensor w = zeros({6, 1}, {.dtype = float64, .requires_grad = true});
  optim::SGD sgd({w}, {.lr = std::ldexp(1, -10)});
  for (int step = 0; step < 2; ++step) {
    sgd.zero_grad();
    add_gradients([&](int i) { return square(matmul(shard(x, i), w) - shard(t, i)).sum(); },
                  parallel);
    sgd.step();
  }
  return w.detach();
}

std::vector<Tensor> trained_mlp(bool parallel) {
  manual_seed(5);
  Mlp model;
  model.to(float64);
  const Tensor x = randn({shards * rows, 6}, {.dtype = float64});
  const Tensor t = tanh(sum(x, 1, Keepdim::yes));
  optim::Adam adam(model.parameters(), {.lr = 0.01});
  for (int step = 0; step < 20; ++step) {
    adam.zero_grad();
    add_gradients(
        [&](int i) { return nn::mse_loss(model.forward(shard(x, i)), shard(t, i)) / shards; },
        parallel);
    adam.step();
  }
  return model.parameters();
}

}  // namespace

TEST_CASE("data-parallel training on integers gives the serial weights bit by bit", "[threads]") {
  manual_seed(3);
  const Tensor serial = trained_on_integers(false);
  int same = 0;
  for (int run = 0; run < 50; ++run) {
    manual_seed(3);
    same += test::values(trained_on_integers(true)) == test::values(serial);
  }
  CHECK(same == 50);
}

TEST_CASE("data-parallel training of a network is serial training up to rounding", "[threads]") {
  const std::vector<Tensor> serial = trained_mlp(false);
  const std::vector<Tensor> parallel = trained_mlp(true);
  REQUIRE(parallel.size() == 4);
  // The order of four summands is free: some ulp a step, which Adam's division by the root of the
  // second moment may enlarge where a gradient is nearly 0.
  for (std::size_t i = 0; i < parallel.size(); ++i) {
    CHECK(difference(parallel[i], serial[i], 1e-9, 1e-11) == "");
  }
}
