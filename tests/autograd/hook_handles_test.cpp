// Hooks that are removed, and hooks that run when a leaf has its gradient. What is expected is what
// torch 2.13 does with the same lines.
#include <memory>
#include <stdexcept>
#include <string>

#include "autograd/leaf.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::contains;
using test::error_of;
using test::leaf;
using test::Values;
using test::values;

namespace {

/// A hook that writes down that it ran.
auto notes(std::string& log, char name) {
  return [&log, name](const Tensor&) {
    log += name;
    return Tensor();
  };
}

}  // namespace

TEST_CASE("a hook that was removed doesn't run, and what it holds is dropped", "[autograd][hook]") {
  const Tensor x = leaf({1, 2});
  const Tensor h = x * 3;
  auto held = std::make_shared<int>(1);
  const std::weak_ptr<int> watched = held;
  std::string log;
  h.register_hook(notes(log, 'a'));
  HookHandle second = h.register_hook([held = std::move(held), &log](const Tensor& g) {
    log += 'b';
    return g * 10;
  });
  h.register_hook(notes(log, 'c'));
  h.sum().backward({.retain_graph = true});
  CHECK(log == "abc");
  CHECK(values(x.grad()) == Values{30, 30});
  second.remove();
  CHECK(watched.expired());
  h.sum().backward();
  CHECK(log == "abcac");
  CHECK(values(x.grad()) == Values{33, 33});
  second.remove();  // nothing the second time
}

TEST_CASE("a hook stays when its handle goes, and a handle may outlive its tensor",
          "[autograd][hook]") {
  std::string log;
  HookHandle handle;
  {
    const Tensor x = leaf({1, 2});
    x.register_hook(notes(log, 'a'));
    handle = x.register_hook(notes(log, 'b'));
    x.sum().backward();
  }
  CHECK(log == "ab");
  handle.remove();
  HookHandle().remove();
}

TEST_CASE("a hook that removes others changes the next pass, not this one", "[autograd][hook]") {
  const Tensor x = leaf({1, 2});
  const Tensor y = x * 1;
  std::string log;
  HookHandle self, other;
  self = y.register_hook([&](const Tensor&) {
    log += 'a';
    self.remove();
    other.remove();
    return Tensor();
  });
  other = y.register_hook(notes(log, 'b'));
  y.sum().backward({.retain_graph = true});
  CHECK(log == "ab");
  y.sum().backward();
  CHECK(log == "ab");
}

TEST_CASE("hooks that a change in place left behind see the gradient of the values before it",
          "[autograd][hook][in_place]") {
  const Tensor x = leaf({1, 2});
  Tensor h = x * 3;
  Values before, after;
  h.register_hook([&](const Tensor& g) {
    before = values(g);
    return Tensor();
  });
  h.mul_(2);
  h.register_hook([&](const Tensor& g) {
    after = values(g);
    return Tensor();
  });
  h.sum().backward();
  CHECK(before == Values{2, 2});
  CHECK(after == Values{1, 1});
}

TEST_CASE("a post-accumulate hook runs when all leaves have their gradients", "[autograd][hook]") {
  const Tensor x = leaf({1, 2}).named("x");
  const Tensor w = leaf({5, 7});
  std::string log;
  x.register_hook(notes(log, 'h'));
  x.register_post_accumulate_grad_hook([&](const Tensor& p) {
    log += 'p';
    CHECK(values(p.grad()) == Values{5, 7});
    CHECK(values(w.grad()) == Values{1, 2});
    CHECK(p.shares_storage_with(x));
    CHECK(p.name() == "x:0");
  });
  x.register_post_accumulate_grad_hook([&](const Tensor& p) {
    log += 'q';
    p.detach().sub_(0.5 * p.grad());  // the step of an optimizer, within the pass
    Tensor(p).set_grad(Tensor());
  });
  (x * w).sum().backward();
  CHECK(log == "hpq");
  CHECK(values(x) == Values{-1.5, -1.5});
  CHECK(!x.grad().defined());
}

TEST_CASE("a post-accumulate hook is removed like others, and grad() doesn't run it",
          "[autograd][hook]") {
  const Tensor x = leaf({1, 2});
  int runs = 0;
  HookHandle handle = x.register_post_accumulate_grad_hook([&](const Tensor&) { ++runs; });
  grad({x.sum()}, {x});
  CHECK(runs == 0);
  x.sum().backward();
  CHECK(runs == 1);
  handle.remove();
  x.sum().backward();
  CHECK(runs == 1);
}

TEST_CASE("a post-accumulate hook keeps no tensor alive, and what it throws passes",
          "[autograd][hook]") {
  auto held = std::make_shared<int>(1);
  const std::weak_ptr<int> watched = held;
  {
    const Tensor x = leaf({1, 2});
    x.register_post_accumulate_grad_hook(
        [held = std::move(held)](const Tensor&) { throw std::runtime_error("no"); });
    CHECK_THROWS_WITH(x.sum().backward(), "no");
    CHECK(values(x.grad()) == Values{1, 1});
  }
  CHECK(watched.expired());
}

TEST_CASE("a leaf that became another element type gives its hook the new elements",
          "[autograd][hook]") {
  Tensor x = leaf({1, 2});
  DType seen = int64;
  x.register_post_accumulate_grad_hook([&](const Tensor& p) { seen = p.dtype(); });
  x.to_(float32);
  x.sum().backward();
  CHECK(seen == float32);
}

TEST_CASE("post-accumulate hooks are for leaves", "[autograd][hook]") {
  const auto look = [](const Tensor&) {};
  const Tensor h = leaf({1, 2}) * 3;
  CHECK(error_of<AutogradError>([&] { h.register_post_accumulate_grad_hook(look); }) ==
        "register_post_accumulate_grad_hook: a tensor of shape [2] that mul made: only leaves add "
        "up gradients; use register_hook()");
  CHECK(contains(
      error_of<AutogradError>([&] { h.detach().register_post_accumulate_grad_hook(look); }),
      "doesn't require grad"));
  CHECK(contains(error_of([&] { h.register_post_accumulate_grad_hook(nullptr); }),
                 "the hook is an empty function"));
}
