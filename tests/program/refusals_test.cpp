// What would go stale is refused, when it is captured or before it runs.
#include <functional>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/custom.hpp"
#include "tapegrad/gradcheck.hpp"
#include "tapegrad/names.hpp"
#include "tapegrad/nn/dropout.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/index.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/optim/sgd.hpp"
#include "tapegrad/print.hpp"
#include "tapegrad/program.hpp"
#include "tapegrad/random.hpp"

namespace tapegrad {
namespace {

using test::contains;
using test::error_of;

/// The error of capturing f for a feed of shape [3].
std::string refusal(const std::function<void(Tensor)>& f) {
  return error_of([&] { capture([&](const Tensor& x) { f(x); }, {{3}}); });
}

TEST_CASE("values can't be read while a program is captured", "[program]") {
  const auto reads = [](const std::function<void(const Tensor&)>& f) {
    const std::string error = refusal(f);
    INFO(error);
    CHECK(contains(error, "aren't known while the program is captured"));
    return error;
  };
  CHECK(contains(reads([](const Tensor& x) { x.sum().item<float>(); }), "item: "));
  CHECK(contains(reads([](const Tensor& x) {
                   if (x.sum() > 0) return;
                 }),
                 "bool: "));
  CHECK(contains(reads([](const Tensor& x) { x.to_vector<float>(); }), "to_vector: "));
  CHECK(contains(reads([](const Tensor& x) { x.data<float>(); }), "data: "));
  CHECK(contains(reads([](Tensor x) { (x * 2).mutable_data<float>(); }), "mutable_data: "));
  reads([](const Tensor& x) {
    if ((x > 0).all().item<bool>()) return;
  });
  reads([](const Tensor& x) { std::ostringstream() << x; });
  reads([](const Tensor& x) { nonzero(x); });
  reads([](const Tensor& x) { masked_select(x, x > 0); });
  reads([](const Tensor& x) { allclose(x, x + 1); });
  reads([](const Tensor& x) { equal(x, x + 1); });
  reads([](const Tensor& x) { unique(x); });
  reads([](const Tensor& x) {
    gradcheck([](const std::vector<Tensor>& t) { return t[0] * t[0]; },
              {Tensor(x).requires_grad_()});
  });
  reads([](const Tensor& x) {
    custom(
        "twice", [](const Tensor& t) { return Tensor::from_vector(t.to_vector<float>(), {3}); },
        [](const Tensor&, const Tensor&, const Tensor& g) { return g; })(x);
  });
}

TEST_CASE("an error in a captured function names its scope", "[program]") {
  CHECK(contains(refusal([](const Tensor& x) {
                   NameScope scope("loss");
                   x.sum().item<float>();
                 }),
                 "\"loss\""));
}

TEST_CASE("a captured function can't keep what it makes", "[program]") {
  Tensor state = zeros({3});
  CHECK(contains(refusal([&](const Tensor& x) { state = tanh(state + x); }),
                 "keeps a result of tanh, of shape [3] outside of it"));
  std::vector<Tensor> seen;
  CHECK(contains(refusal([&](const Tensor& x) { seen.push_back(x.slice(0, 1)); }),
                 "keeps what it is fed with, of shape [3]"));
  CHECK(contains(refusal([&](const Tensor& x) { seen = {x * Tensor(x).requires_grad_()}; }),
                 "keeps a result of mul"));
  // What it should do instead.
  state = zeros({1});
  const Program program = capture([&](const Tensor& x) { state.copy_(state + x); }, {{1}});
  program(ones({1}));
  program(ones({1}));
  CHECK(state.item<float>() == 2.0f);
}

TEST_CASE("what isn't a change of elements is refused, or done in each run", "[program]") {
  Tensor w = ones({3}).requires_grad_();
  Tensor v = ones({3});
  const auto refused = [](const std::function<void()>& change) {
    const std::string error = refusal([&](const Tensor&) { change(); });
    INFO(error);
    CHECK(contains(error, "once, and not in each run"));
  };
  refused([&] { v.requires_grad_(); });
  refused([&] { w.requires_grad_(false); });
  refused([&] { w.register_hook([](const Tensor& g) { return g; }); });
  refused([&] { w.register_post_accumulate_grad_hook([](const Tensor&) {}); });
  optim::SGD sgd({w}, {.lr = 1});
  refused([&] { sgd.set_lr(0.5); });
  refused([&] { sgd.add_group({v}, {.lr = 1}); });
  refused([&] { sgd.load_state_dict(sgd.state_dict()); });
  nn::Dropout drop(0.5);
  refused([&] { drop.eval(); });
  CHECK(w.requires_grad());
  CHECK(sgd.lr() == 1);
  CHECK(drop.is_training());

  Generator generator(7);
  const Program seeded = capture([&](const Tensor& x) {
    generator.manual_seed(3);
    return x + rand({3}, {}, generator);
  });
  Generator other(3);
  const std::vector<float> expected = rand({3}, {}, other).to_vector<float>();
  for (int i = 0; i < 2; ++i) {
    CHECK(seeded(zeros({3})).to_vector<float>() == expected);
  }
}

TEST_CASE("a tensor of a captured function has no values afterwards", "[program]") {
  Tensor kept;
  CHECK_THROWS_AS(capture([&](const Tensor& x) { return kept = x * 2; }, {{1}}), Error);
  CHECK(contains(error_of([&] { kept.item<float>(); }), "made while a program was captured"));
  CHECK(contains(error_of([&] { (kept + 1).item<float>(); }), "made while a program was captured"));
  CHECK(contains(error_of([&] { capture([&](const Tensor& x) { return x + kept; }, {{1}}); }),
                 "add: "));
}

TEST_CASE("a feed can't be changed in place", "[program]") {
  CHECK(contains(refusal([](Tensor x) { x.add_(1); }), "add_: a feed of shape [3]"));
  CHECK(contains(refusal([](Tensor x) { x.slice(0, 1).zero_(); }), "a feed of shape [2]"));
}

TEST_CASE("values from before can't be read in a captured function", "[program]") {
  Tensor w = tensor({3.0f});
  const auto refused = [](const std::function<void()>& read) {
    CHECK(contains(refusal([&](const Tensor&) { read(); }), "was there before the captured"));
  };
  refused([&] { w.item<float>(); });
  refused([&] { w[0].to_vector<float>(); });
  refused([&] { w.data<float>(); });
  refused([&] { w.mutable_data<float>(); });
  float memory[] = {1.0f};
  CHECK(contains(refusal([&](const Tensor&) { Tensor::from_blob(memory, {1}); }), "from_blob: "));
  Generator generator;
  CHECK(contains(refusal([&](const Tensor&) { generator.get_state(); }), "get_state: "));
}

TEST_CASE("a feed that shares memory with what the program changes is refused", "[program]") {
  Tensor m = ones({3, 3});
  const Program program = capture([&](const Tensor& row) { m.mul_(row); }, {{3}});
  CHECK(contains(error_of([&] { program(m[0]); }), "shares memory"));
  CHECK(contains(error_of([&] { program(ones({3}).requires_grad_()); }), "requires grad"));
  program(m[0].clone());
}

TEST_CASE("a program is refused where hooks, or memory behind detach(), are others", "[program]") {
  Tensor w = ones({3}).requires_grad_();
  const Program pass = capture([&](const Tensor& x) { (w * x).sum().backward(); }, {{3}});
  HookHandle hook = w.register_hook([](const Tensor& g) { return g * 2; });
  CHECK(contains(error_of([&] { pass(ones({3})); }), "other hooks"));
  hook.remove();
  pass(ones({3}));
  const Program detached = capture([&](const Tensor& x) { return w.detach() * x; }, {{3}});
  w.to_(float64);
  CHECK(contains(error_of([&] { detached(ones({3})); }), "has other memory now"));
}

TEST_CASE("a graph from outside can't be a part of a program", "[program]") {
  const Tensor w = ones({3}).requires_grad_();
  const Tensor h = w * 2;
  CHECK(contains(refusal([&](const Tensor& x) { (h * x).sum().backward(); }),
                 "mul: this tensor of shape [3] is the result of mul from before"));
  Tensor state = zeros({3});
  CHECK(contains(refusal([&](const Tensor& x) { state.add_(x * w); }),
                 "add: this tensor of shape [3] was there before the captured function"));
  CHECK_FALSE(state.requires_grad());
}

TEST_CASE("a gradient from before the function can't be read in it", "[program]") {
  const Tensor w = ones({3}).requires_grad_();
  CHECK(contains(refusal([&](const Tensor& x) {
                   (w * x).sum().backward();
                   (w.grad() * 2).sum();
                 }),
                 "grad: the gradient of this leaf of shape [3]"));
}

TEST_CASE("memory can't be exchanged in a captured function, nor under a program", "[program]") {
  Tensor w = ones({3});
  CHECK(contains(refusal([&](const Tensor&) { w.to_(float64); }), "to_: "));
  const Program program = capture([&](const Tensor& x) { return x * w; }, {{3}});
  w.to_(float64);
  CHECK(contains(error_of([&] { program(ones({3})); }), "has other memory now"));
}

TEST_CASE("a program is refused where other gradients would be asked for", "[program]") {
  Tensor w = ones({3}).requires_grad_();
  const Program program = capture([&](const Tensor& x) { (w * x).sum().backward(); }, {{3}});
  w.requires_grad_(false);
  CHECK(contains(error_of([&] { program(ones({3})); }), "doesn't require grad any more"));
  Tensor v = ones({3});
  const Program plain = capture([&](const Tensor& x) { return v * x; }, {{3}});
  v.requires_grad_();
  CHECK(contains(error_of([&] { plain(ones({3})); }), "began to require grad"));
}

TEST_CASE("a program is refused in another mode of a module that asked for it", "[program]") {
  nn::Dropout drop(0.5);
  const Program program = capture([&](const Tensor& x) { return drop(x); }, {{3}});
  drop.eval();
  CHECK(contains(error_of([&] { program(ones({3})); }), "train mode"));
  drop.train();
  program(ones({3}));
}

TEST_CASE("a program is refused without the optimizer that it steps", "[program]") {
  Tensor w = ones({3}).requires_grad_();
  std::optional<optim::SGD> sgd(std::in_place, std::vector{w}, optim::SGDOptions{.lr = 1});
  const Program program = capture(
      [&](const Tensor& x) {
        sgd->zero_grad();
        (w * x).sum().backward();
        sgd->step();
      },
      {{3}});
  optim::SGD moved = std::move(*sgd);
  sgd.reset();
  program(ones({3}));
  CHECK(w.detach().to_vector<float>() == std::vector<float>(3, 0.0f));
  moved = optim::SGD({ones({3}).requires_grad_()}, {.lr = 1});
  CHECK(contains(error_of([&] { program(ones({3})); }), "the SGD that it was captured with"));
}

TEST_CASE("anomaly mode and captures exclude one another", "[program]") {
  const AnomalyMode guard;
  CHECK(contains(refusal([](const Tensor& x) { x * 2; }), "anomaly mode"));
}

TEST_CASE("wrong feeds are refused by name", "[program]") {
  const Program program = capture([](const Tensor& x) { return x; }, {{3}});
  CHECK(contains(error_of([&] { program(); }), "0 feeds for a function of 1"));
  CHECK(contains(error_of([&] { program(ones({3}), ones({3})); }), "2 feeds for a function of 1"));
  CHECK(contains(error_of([&] { program(Tensor()); }), "undefined"));
  CHECK(contains(error_of([&] {
                   capture([](const Tensor& x) { return x; }, {{3}, {4}});
                 }),
                 "2 feeds for a function of 1"));
  const Program pair = capture([](const Tensor& x) { return std::pair{x + 1, x + 2}; }, {{3}});
  CHECK(contains(error_of([&] { pair(ones({3})); }), "gives 2 tensors"));
  CHECK(contains(error_of([&] { capture([](const Tensor&) { return Tensor(); }, {{3}}); }),
                 "what the function gives"));
}

TEST_CASE("a capture that fails leaves everything as it was", "[program]") {
  Tensor w = ones({2}).requires_grad_();
  Tensor buffer = ones({2});
  const auto f = [&](const Tensor& x) {
    buffer.add_(x);
    w.set_grad({});
    (w * x).sum().backward();
    x.sum().item<float>();
  };
  CHECK_THROWS_AS(capture(f, {{2}}), Error);
  CHECK_FALSE(capturing());
  CHECK_FALSE(w.grad().defined());
  CHECK(buffer.to_vector<float>() == std::vector{1.0f, 1.0f});
  (w * buffer).sum().backward();
  CHECK(w.grad().to_vector<float>() == std::vector{1.0f, 1.0f});
}

}  // namespace
}  // namespace tapegrad
