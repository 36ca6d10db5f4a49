// checkpoint(): what is computed again is what was computed, to the bit, in less memory.
#include "tapegrad/checkpoint.hpp"

#include <memory>
#include <vector>

#include "autograd/leaf.hpp"
#include "support/sanitized.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/graph.hpp"
#include "tapegrad/memory.hpp"
#include "tapegrad/names.hpp"
#include "tapegrad/ops/linalg.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/shape.hpp"
#include "tapegrad/random.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::contains;
using test::error_of;
using test::leaf;
using test::tensor_of;
using test::Values;
using test::values;

using Tensors = std::vector<Tensor>;

namespace {

/// Some parameters and an input, float32, so that any other order of additions would show.
struct Model {
  Tensor w1 = made({6, 8});
  Tensor w2 = made({8, 6});
  Tensor x = made({5, 6});

  static Tensor made(const Shape& shape) { return uniform_(zeros(shape), -1, 1).requires_grad_(); }
  Tensor block(const Tensor& t) const {
    const Tensor h = sigmoid(t.matmul(w1));
    const Tensor noise = bernoulli_like(h, 0.5);
    return exp(h * noise).matmul(w2);
  }
  Tensors leaves() const { return {w1, w2, x}; }
};

using Gradients = std::vector<std::vector<float>>;

/// The gradients of sum(y^2), and of the sum of their squares.
Gradients gradients_of(const Tensor& y, const Model& model) {
  Gradients all;
  const Tensors first = grad({(y * y).sum()}, model.leaves(), {.create_graph = true});
  Tensor penalty = zeros({});
  for (const Tensor& g : first) {
    all.push_back(g.to_vector<float>());
    penalty = penalty + (g * g).sum();
  }
  for (const Tensor& g : grad({penalty}, model.leaves())) all.push_back(g.to_vector<float>());
  return all;
}

/// As gradients_of(), of f from the same random numbers.
template <class F>
Gradients gradients(const Model& model, F f) {
  manual_seed(7);
  const Tensor y = f();
  rand({3});  // what is drawn between the passes stays drawn
  return gradients_of(y, model);
}

}  // namespace

TEST_CASE("gradients through checkpoint() are the same bits, at orders 1 and 2",
          "[autograd][checkpoint]") {
  manual_seed(1);
  const Model model;
  const auto block = [&](const Tensor& t) { return model.block(t); };
  const Gradients expected = gradients(model, [&] { return block(block(model.x)); });
  const Gradients found =
      gradients(model, [&] { return checkpoint(block, checkpoint(block, model.x)); });
  CHECK(found == expected);
  const Gradients nested = gradients(model, [&] {
    return checkpoint([&](const Tensor& t) { return checkpoint(block, checkpoint(block, t)); },
                      model.x);
  });
  CHECK(nested == expected);
  const Gradients deeper = gradients(model, [&] {
    const auto inner = [&](const Tensor& t) { return checkpoint(block, t); };
    const auto outer = [&, inner](const Tensor& t) { return block(checkpoint(inner, t)); };
    return checkpoint(outer, model.x);
  });
  CHECK(deeper == expected);
}

TEST_CASE("backward() through checkpoint() adds the same bits, and may be repeated",
          "[autograd][checkpoint]") {
  manual_seed(1);
  const Model model;
  const auto block = [&](const Tensor& t) { return model.block(t); };
  const auto run = [&](const auto& f) {
    for (const Tensor& t : model.leaves()) Tensor(t).set_grad(Tensor());
    manual_seed(3);
    const Tensor y = f();
    y.sum().backward({.retain_graph = true});
    y.sum().backward();
    Gradients all;
    for (const Tensor& t : model.leaves()) all.push_back(t.grad().template to_vector<float>());
    CHECK(contains(error_of<AutogradError>([&] { y.sum().backward(); }), "freed"));
    return all;
  };
  CHECK(run([&] { return checkpoint(block, model.x); }) == run([&] { return block(model.x); }));
}

TEST_CASE("random numbers go on as without checkpoint(), from any generator",
          "[autograd][checkpoint]") {
  Generator own(5);
  const Tensor x = leaf({1, 2, 3, 4});
  const auto noisy = [&](const Tensor& t) {
    return exp(t * rand({4}, {.dtype = float64}, own)) * rand({4}, float64);
  };
  const auto run = [&](const auto& f) {
    own.manual_seed(5);
    manual_seed(5);
    const Tensor y = f();
    Values all = values(y);
    const Values g = values(grad({y.sum()}, {x})[0]);
    all.insert(all.end(), g.begin(), g.end());
    all.push_back(rand({}, float64, own).item<double>());
    all.push_back(rand({}, float64).item<double>());
    return all;
  };
  CHECK(run([&] { return checkpoint(noisy, x); }) == run([&] { return noisy(x); }));
}

TEST_CASE("checkpoint() takes and gives several tensors", "[autograd][checkpoint]") {
  const Tensor a = leaf({1, 2});
  const Tensor b = leaf({3, 4});
  const auto f = [](const Tensor& s, const Tensor& t) { return Tensors{exp(s * t), s + t}; };
  const Tensors y = checkpoint(f, a, b);
  (y[0].sum() + y[1].sum()).backward();
  const Tensors g = [&] {
    const Tensors plain = f(a, b);
    return grad({plain[0].sum() + plain[1].sum()}, {a, b});
  }();
  CHECK(values(a.grad()) == values(g[0]));
  CHECK(values(b.grad()) == values(g[1]));
  const Tensor listed =
      checkpoint([](const Tensors& t) { return exp(t[0]) * t[1]; }, Tensors{a, b});
  CHECK(values(grad({listed.sum()}, {b})[0]) == values(exp(a)));
  // An input that isn't tracked, and a graph that begins within.
  const Tensor within = checkpoint([&](const Tensor& t) { return exp(a * t); }, b.detach());
  CHECK(values(grad({within.sum()}, {a})[0]) == values(exp(a * b) * b));
}

TEST_CASE("the tape keeps less of a checkpointed chain", "[autograd][checkpoint]") {
  constexpr std::int64_t n = test::fewer(100'000, 10'000);
  const Tensor x = ones({n}, {.requires_grad = true});
  const auto chain = [](const Tensor& t) {
    Tensor y = t;
    for (int i = 0; i < 10; ++i) y = sin(y);
    return y;
  };
  const auto kept = [&](const auto& f) {
    const std::size_t before = memory_stats().in_use;
    Tensor y = x;
    for (int i = 0; i < 5; ++i) y = f(y);
    return static_cast<double>(memory_stats().in_use - before) / (n * sizeof(float));
  };
  const double all = kept(chain);
  const double some = kept([&](const Tensor& t) { return checkpoint(chain, t); });
  const double nested = kept([&](const Tensor& t) {
    return checkpoint([&](const Tensor& s) { return checkpoint(chain, checkpoint(chain, s)); }, t);
  });
  CHECK(all >= 49);    // what each sin was taken of, and the result
  CHECK(some <= 6);    // of ten, the first; blocks of memory are somewhat larger than asked for
  CHECK(nested <= 6);  // of twenty
  // Freed step by step as the reverse pass goes: no more than one region's values at a time.
  Tensor y = x;
  for (int i = 0; i < 5; ++i) y = checkpoint(chain, y);
  const Tensor total = y.sum();
  y = Tensor();
  empty_cache();
  const std::size_t before = memory_stats().in_use;
  reset_memory_peak();
  total.backward();
  CHECK(static_cast<double>(memory_stats().peak - before) / (n * sizeof(float)) <= 16);
}

TEST_CASE("hooks within and kept gradients work through checkpoint()", "[autograd][checkpoint]") {
  const Tensor x = leaf({1, 2});
  Tensor inner;
  int runs = 0;
  const Tensor y = checkpoint(
      [&](const Tensor& t) {
        const Tensor h = exp(t);
        if (!inner.defined()) {
          inner = h;
          h.retain_grad();
        }
        h.register_hook([&](const Tensor& g) {
          ++runs;
          return g * 10;
        });
        return (h * h).sum();
      },
      x);
  y.backward();
  CHECK(runs == 1);
  CHECK(values(inner.grad()) == values(inner.detach() * 20));
  CHECK(values(x.grad()) == values(inner.detach() * 20 * inner.detach()));
}

TEST_CASE("changes in place within a checkpoint are repeated", "[autograd][checkpoint]") {
  const auto f = [](const Tensor& t) {
    Tensor h = t * 2;
    h[0].mul_(h[1].clone());
    h.add_(t);
    return exp(h) * h;
  };
  const Tensor x = leaf({0.5, -1});
  const Values expected = values(grad({f(x).sum()}, {x})[0]);
  CHECK(values(grad({checkpoint(f, x).sum()}, {x})[0]) == expected);
}

TEST_CASE("what has changed since is not computed from in silence", "[autograd][checkpoint]") {
  const Tensor x = leaf({1, 2});
  Tensor w = tensor_of({3, 4});
  const auto f = [&](const Tensor& t) { return exp(sin(t * w)); };
  const Tensor y = checkpoint(f, x);
  w.add_(1);
  CHECK(contains(error_of<AutogradError>([&] { y.sum().backward({.retain_graph = true}); }),
                 "changed in place"));
  const Tensor z = checkpoint(f, x);
  {
    const NoGrad off;
    Tensor(x).add_(1);
  }
  CHECK(contains(error_of<AutogradError>([&] { z.sum().backward(); }), "changed in place"));
}

TEST_CASE("a function that does something else the second time is refused",
          "[autograd][checkpoint]") {
  const Tensor x = leaf({1, 2});
  int runs = 0;
  const Tensor y = checkpoint(
      [&](const Tensor& t) { return runs++ == 0 ? exp(sin(t * 2)) : exp(cos(t * 2)); }, x);
  CHECK(contains(error_of<AutogradError>([&] { y.sum().backward(); }),
                 "checkpoint: the function recorded other operations when it ran again"));
  CHECK(contains(error_of<AutogradError>(
                     [&] { checkpoint([](const Tensor& t) { return Tensor(t).mul_(2); }, x * 1); }),
                 "checkpoint: a value of shape [2]"));
}

TEST_CASE("checkpoint() leaves scopes and guards alone", "[autograd][checkpoint]") {
  const Tensor x = leaf({1, 2});
  int runs = 0;
  std::string seen;
  const auto f = [&](const Tensor& t) {
    ++runs;
    const Tensor y = exp(sin(t * 2));
    seen = y.name();
    return y;
  };
  {
    const NoGrad off;
    CHECK(!checkpoint(f, x).requires_grad());
  }
  CHECK(trace([&] { checkpoint(f, x); }).size() == 4);
  CHECK(runs == 2);
  Tensor y;
  {
    const NameScope scope("block");
    y = checkpoint(f, x);
    CHECK(y.name() == "block/exp:0");
  }
  seen = "";
  y.sum().backward();
  CHECK(runs == 4);
  CHECK(seen == "block/exp:0");
  CHECK(contains(error_of([&] { checkpoint([](const Tensor&) { return Tensor(); }, x); }),
                 "checkpoint: the function's result holds an undefined tensor"));
}

TEST_CASE("a checkpoint frees what it holds with its graph", "[autograd][checkpoint]") {
  auto held = std::make_shared<int>(1);
  const std::weak_ptr<int> watched = held;
  const Tensor x = leaf({1, 2});
  {
    const Tensor y =
        checkpoint([held = std::move(held)](const Tensor& t) { return exp(sin(t * 2)); }, x);
    CHECK(!watched.expired());
    const Tensor z = y.sum();
    z.backward();
  }
  CHECK(watched.expired());
}
