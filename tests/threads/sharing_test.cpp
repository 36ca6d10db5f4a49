// What threads share besides gradients: models, names, generators, the memory of tensors.
#include <atomic>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "autograd/leaf.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/graph.hpp"
#include "tapegrad/memory.hpp"
#include "tapegrad/names.hpp"
#include "tapegrad/nn/activation.hpp"
#include "tapegrad/nn/dropout.hpp"
#include "tapegrad/nn/linear.hpp"
#include "tapegrad/nn/module.hpp"
#include "tapegrad/nn/sequential.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/random.hpp"
#include "tapegrad/tensor.hpp"
#include "threads/at_once.hpp"

using namespace tapegrad;
using test::at_once;
using test::leaf;
using test::Values;
using test::values;

namespace {

constexpr int threads = 4;

struct Block : nn::Layer {
  nn::Linear linear{3, 3};
  nn::Buffer offset = ones({3});
  void visit(nn::Visitor& v) override {
    v("linear", linear);
    v("offset", offset);
  }
  Tensor forward(const Tensor& x) const override { return relu(linear(x)) + offset; }
};

struct Net : nn::Module {
  std::vector<Block> blocks{std::vector<Block>(2)};
  nn::Sequential head{nn::Linear(3, 4), nn::Dropout(0.5), nn::Linear(4, 1)};
  void visit(nn::Visitor& v) override {
    v("blocks", blocks);
    v("head", head);
  }
  Tensor forward(Tensor x) {
    for (Block& block : blocks) x = block(x);
    return head(x);
  }
};

}  // namespace

TEST_CASE("threads run, visit, print, copy and trace one model, which learns its names meanwhile",
          "[threads][nn]") {
  Net net;
  const Tensor x = ones({2, 3});
  std::atomic<int> right = 0;
  at_once(threads, [&](int i) {
    for (int round = 0; round < 20; ++round) {
      const NameScope scope("thread" + std::to_string(i));
      right += net.parameters().size() == 8 && net.state_dict().size() == 10;
      const Tensor y = net.forward(x).sum();
      right += !nn::to_string(net).empty();
      Net copy = net;
      copy.forward(x).sum().backward();
      right += trace([&] { net.forward(x); }).size() > 8;
      right += tape_text(y).find("thread" + std::to_string(i) + "/blocks/1") != std::string::npos;
      y.backward();
    }
  });
  CHECK(right == 4 * 20 * threads);
  CHECK(net.blocks[0].linear.weight.name() == "weight:0");
}

TEST_CASE("a tensor is named, viewed and saved by several threads at a time", "[threads]") {
  const Tensor x = leaf({1, 2, 3, 4});
  std::atomic<int> right = 0;
  at_once(threads, [&](int i) {
    for (int round = 0; round < 100; ++round) {
      x.named("x" + std::to_string(i));
      right += x.name()[0] == 'x';
      const Tensor y = exp(x.view({2, 2})[0] * 0).sum();
      right += y.requires_grad() && x.version() == 0 && y.name() == "sum:0";
    }
  });
  CHECK(right == 2 * 100 * threads);
}

TEST_CASE("no two calls of threads get the same numbers of one generator", "[threads][random]") {
  Generator generator(7);
  std::vector<std::vector<double>> drawn(threads);
  at_once(threads, [&](int i) {
    for (int round = 0; round < 100; ++round) {
      drawn[static_cast<std::size_t>(i)].push_back(
          rand({}, {.dtype = float64}, generator).item<double>());
    }
  });
  std::set<double> all;
  for (const auto& numbers : drawn) all.insert(numbers.begin(), numbers.end());
  std::set<double> serial;
  Generator again(7);
  for (int i = 0; i < 100 * threads; ++i) {
    serial.insert(rand({}, {.dtype = float64}, again).item<double>());
  }
  CHECK(all == serial);
}

TEST_CASE("tensors die in other threads than they were made in", "[threads][memory]") {
  for (int run = 0; run < 20; ++run) {
    std::vector<Tensor> made(threads);
    at_once(threads, [&](int i) {
      Tensor y = leaf(Values(static_cast<std::size_t>(1) << (3 + 3 * i), 1));
      for (int k = 0; k < 20; ++k) y = y + y;
      made[static_cast<std::size_t>(i)] = y.sum();
    });
    at_once(threads, [&](int i) {
      Tensor y = std::move(made[static_cast<std::size_t>((i + 1) % threads)]);
      y.backward();
      y = Tensor();
      if (i == 0) empty_cache();
      (void)memory_stats();
    });
  }
  SUCCEED();
}

TEST_CASE("modes, scopes and traces belong to one thread", "[threads]") {
  const Tensor x = leaf({1, 2});
  std::atomic<int> right = 0;
  at_once(threads, [&](int i) {
    for (int round = 0; round < 50; ++round) {
      if (i == 0) {
        const NoGrad off;
        right += !(x * 2).requires_grad();
      } else if (i == 1) {
        const NameScope scope("here");
        right += (x * 2).name() == "here/mul:0";
      } else {
        const auto records = trace([&] { (void)(x * 2); });
        right += records.back().name == "mul" && (x * 2).requires_grad() && !tracing();
      }
    }
  });
  CHECK(right == 50 * threads);
}
