// Reverse passes of several threads over graphs that share leaves or records. Gradients are small
// integers, so that every sum is exact in any order.
#include <array>
#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>

#include "autograd/leaf.hpp"
#include "support/errors.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/graph.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/tensor.hpp"
#include "threads/at_once.hpp"

using namespace tapegrad;
using test::at_once;
using test::contains;
using test::error_of;
using test::is_refused;
using test::leaf;
using test::value;
using test::Values;
using test::values;

namespace {

constexpr int threads = 4;
using Counts = std::array<std::atomic<int>, threads>;

/// A graph with a record that two ways lead to: d/dx = 2 x w^2 + w, d/dw = 2 x^2 w + x.
Tensor diamond(const Tensor& x, const Tensor& w) {
  const Tensor h = x * w;
  return (h * h + h).sum();
}

}  // namespace

TEST_CASE("threads lose no gradient of a leaf that their graphs share", "[threads]") {
  int exact = 0;
  for (int run = 0; run < 300; ++run) {
    const Tensor x = leaf({1, 2});
    at_once(threads, [&](int) {
      for (int i = 0; i < 10; ++i) (x * 3 + x).sum().backward();
    });
    exact += values(x.grad()) == Values{4 * 10 * threads, 4 * 10 * threads};
  }
  CHECK(exact == 300);
}

TEST_CASE("a gradient that was read keeps its value while threads add to the leaf", "[threads]") {
  const Tensor x = leaf({1, 2});
  std::atomic<int> torn = 0;
  at_once(threads, [&](int i) {
    for (int round = 0; round < 300; ++round) {
      if (i > 0) {
        x.sum().backward();
      } else if (const Tensor seen = x.grad(); seen.defined()) {
        const Values before = values(seen);
        std::this_thread::yield();
        torn += before != values(seen) || before[0] != before[1];
      }
    }
  });
  CHECK(torn == 0);
  CHECK(values(x.grad()) == Values{3 * 300, 3 * 300});
}

TEST_CASE("a gradient is cleared whole or added to whole", "[threads]") {
  Tensor x = leaf({1, 2});
  std::atomic<int> odd = 0;
  at_once(threads, [&](int i) {
    for (int round = 0; round < 300; ++round) {
      if (i > 0) {
        x.sum().backward();
      } else {
        x.set_grad(Tensor());
        x.set_grad(leaf({7, 7}));
      }
      if (const Tensor g = x.grad(); g.defined()) odd += values(g)[0] != values(g)[1];
    }
  });
  CHECK(odd == 0);
}

TEST_CASE("grad() in several threads over one input gives each thread its own", "[threads]") {
  const Tensor x = leaf({1, 2});
  Counts right{};
  at_once(threads, [&](int i) {
    for (int round = 0; round < 200; ++round) {
      const Tensor y = (x * (i + 1) + x * x).sum();
      right[static_cast<std::size_t>(i)] +=
          values(grad({y}, {x})[0]) == Values{i + 1.0 + 2, i + 1.0 + 4};
    }
  });
  for (const auto& count : right) CHECK(count == 200);
  CHECK_FALSE(x.grad().defined());
}

TEST_CASE("threads go over one graph that is kept", "[threads]") {
  const Tensor x = leaf({1, 2});
  const Tensor w = leaf({5, 6});
  const Tensor y = diamond(x, w);
  Counts right{};
  at_once(threads, [&](int i) {
    for (int round = 0; round < 100; ++round) {
      y.backward({.retain_graph = true});
      const auto g = grad({y}, {x, w}, {.retain_graph = true});
      right[static_cast<std::size_t>(i)] +=
          values(g[0]) == Values{55, 150} && values(g[1]) == Values{11, 50};
    }
  });
  for (const auto& count : right) CHECK(count == 100);
  CHECK(values(x.grad()) == Values{55 * 100 * threads, 150 * 100 * threads});
  CHECK(values(w.grad()) == Values{11 * 100 * threads, 50 * 100 * threads});
}

TEST_CASE("threads differentiate a shared graph twice", "[threads]") {
  const Tensor x = leaf({1, 2});
  const Tensor w = leaf({5, 6});
  const Tensor y = diamond(x, w);
  Counts right{};
  at_once(threads, [&](int i) {
    for (int round = 0; round < 50; ++round) {
      const Tensor first = grad({y}, {x}, {.create_graph = true})[0];
      const Tensor second = grad({first.sum()}, {x}, {.retain_graph = true})[0];  // 2 w^2
      right[static_cast<std::size_t>(i)] += values(second) == Values{50, 72};
    }
  });
  for (const auto& count : right) CHECK(count == 50);
}

TEST_CASE("of threads that free one graph exactly one gets through", "[threads]") {
  int right = 0;
  for (int run = 0; run < 300; ++run) {
    const Tensor x = leaf({1, 2});
    const Tensor w = leaf({5, 6});
    const Tensor y = diamond(x, w);
    std::atomic<int> refused = 0;
    at_once(threads, [&](int) {
      const std::string message = error_of<AutogradError>([&] { y.backward(); });
      refused += contains(message, "freed by an earlier backward");
    });
    right += refused == threads - 1 && values(x.grad()) == Values{55, 150} &&
             values(w.grad()) == Values{11, 50};
  }
  CHECK(right == 300);
}

TEST_CASE("of threads that free what two graphs share one gets through, the other adds nothing",
          "[threads]") {
  int right = 0;
  for (int run = 0; run < 300; ++run) {
    const Tensor x = leaf({1, 2});
    const Tensor own[] = {leaf({1, 1}), leaf({1, 1})};
    const Tensor h = exp(x * 0) * x;
    const Tensor y[] = {(h * own[0]).sum(), (h * own[1]).sum()};
    std::atomic<int> refused = 0;
    at_once(2, [&](int i) { refused += is_refused<AutogradError>([&] { y[i].backward(); }); });
    right += refused == 1 && values(x.grad()) == Values{1, 1} &&
             own[0].grad().defined() != own[1].grad().defined();
  }
  CHECK(right == 300);
}

TEST_CASE("a pass that frees and passes that keep a graph give sums or refusals, never parts",
          "[threads]") {
  int right = 0;
  for (int run = 0; run < 300; ++run) {
    const Tensor x = leaf({1, 2});
    const Tensor w = leaf({5, 6});
    const Tensor y = diamond(x, w);
    std::atomic<int> through = 0;
    at_once(threads, [&](int i) {
      through += !is_refused<AutogradError>([&] { y.backward({.retain_graph = i > 0}); });
      is_refused<AutogradError>([&] { grad({y}, {x}, {.retain_graph = true}); });
      is_refused<AutogradError>([&] { tape_text(y); });
    });
    right += through > 0 && values(x.grad()) == Values{55.0 * through, 150.0 * through};
  }
  CHECK(right == 300);
}

TEST_CASE("hooks run in every thread's pass, also while another is registered", "[threads][hook]") {
  const Tensor x = leaf({1, 2});
  const Tensor h = x * 3;
  const Tensor y = h.sum();
  std::atomic<int> seen = 0;
  const auto count = [&](const Tensor& g) {
    seen += value(g.sum()) == 2;
    return Tensor();
  };
  h.register_hook(count);
  at_once(threads, [&](int) {
    for (int round = 0; round < 20; ++round) {
      y.backward({.retain_graph = true});
      x.register_hook([](const Tensor& g) { return g; });
    }
  });
  CHECK(seen == 20 * threads);
  CHECK(values(x.grad()) == Values{3 * 20 * threads, 3 * 20 * threads});
}

TEST_CASE("hooks of several threads run passes over the graph that all are in", "[threads][hook]") {
  const Tensor x = leaf({1, 2});
  const Tensor w = leaf({5, 6});
  const Tensor h = x * w;
  const Tensor y = (h * h + h).sum();
  std::atomic<int> right = 0;
  static thread_local bool within = false;
  h.register_hook([&](const Tensor&) {
    if (within) return Tensor();
    within = true;
    right += values(grad({y}, {w}, {.retain_graph = true})[0]) == Values{11, 50};
    within = false;
    return Tensor();
  });
  at_once(threads, [&](int) {
    for (int round = 0; round < 30; ++round) y.backward({.retain_graph = true});
  });
  CHECK(right == 30 * threads);
  CHECK(values(x.grad()) == Values{55 * 30 * threads, 150 * 30 * threads});
}

TEST_CASE("a pass that fails in the middle adds nothing, whoever else is adding", "[threads]") {
  const Tensor x = leaf({1, 2});
  const Tensor w = leaf({5, 6});
  const Tensor h = x * w;
  static thread_local bool angry = false;
  h.register_hook([](const Tensor&) -> Tensor {
    if (angry) throw std::runtime_error("no");
    return {};
  });
  // w has got a part of its gradient when the hook throws, and `late`, younger than h, all of it.
  const Tensor late = leaf({1, 1});
  const Tensor y = (h * late + w).sum();
  std::atomic<int> thrown = 0;
  at_once(threads, [&](int i) {
    angry = i % 2 == 1;
    for (int round = 0; round < 50; ++round) {
      try {
        y.backward({.retain_graph = true});
      } catch (const std::runtime_error&) {
        ++thrown;
      }
    }
  });
  CHECK(thrown == 2 * 50);
  CHECK(values(x.grad()) == Values{5 * 100, 6 * 100});
  CHECK(values(w.grad()) == Values{2 * 100, 3 * 100});
  CHECK(values(late.grad()) == Values{5 * 100, 12 * 100});
}
