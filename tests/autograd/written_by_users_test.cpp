// Functions of the user's own as they write them first: lambdas with `auto`, tuples of gradients,
// hooks that take a handle.
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/checkpoint.hpp"
#include "tapegrad/custom.hpp"
#include "tapegrad/functional.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"

using namespace tapegrad;

TEST_CASE("a vjp may give a tuple or a pair of gradients", "[autograd][custom]") {
  const auto product = [](const Tensor& a, const Tensor& b) { return a * b; };
  const auto with_tuple = custom(
      "times", product, [](const Tensor& a, const Tensor& b, const Tensor&, const Tensor& g) {
        return std::make_tuple(g * b, g * a);
      });
  const auto with_pair = custom(
      "times", product, [](const Tensor& a, const Tensor& b, const Tensor&, const Tensor& g) {
        return std::pair(g * b, g * a);
      });
  const auto check = [](const auto& f) {
    Tensor a = tensor({2.0}).requires_grad_(), b = tensor({5.0}).requires_grad_();
    f(a, b).backward();
    CHECK(a.grad().item() == 5);
    CHECK(b.grad().item() == 2);
  };
  check(with_tuple);
  check(with_pair);
}

TEST_CASE("a post-accumulate hook may take a handle that it changes", "[autograd][hooks]") {
  Tensor w = tensor({1.0}).requires_grad_();
  w.register_post_accumulate_grad_hook([](Tensor& leaf) {
    const NoGrad guard;
    leaf -= 0.5 * leaf.grad();
  });
  (w * 4).backward();
  CHECK(w.item() == -1);
}

TEST_CASE("checkpoint() runs lambdas with auto", "[autograd][checkpoint]") {
  Tensor x = tensor({3.0}).requires_grad_();
  checkpoint([](const auto& t) { return t * t; }, x).backward();
  CHECK(x.grad().item() == 6);
  Tensor y = tensor({2.0}).requires_grad_();
  checkpoint([](const auto& all) { return all[0] * all[1]; }, std::vector<Tensor>{x, y}).backward();
  CHECK(y.grad().item() == 3);
  checkpoint([](const auto& all) { return all[0] * 2; }, {y}).backward();
  CHECK(y.grad().item() == 5);
}

TEST_CASE("one tensor in braces is a list of one for lambdas with auto", "[autograd][functional]") {
  const Tensor x = tensor({3.0, 1.0});
  const auto square = [](const auto& all) { return (all[0] * all[0]).sum(); };
  const auto j = jacobian(square, {x});
  static_assert(std::is_same_v<decltype(j), const std::vector<Tensor>>);
  CHECK(j.at(0).to_vector<float>() == std::vector<float>{6, 2});
  CHECK(hessian(square, {x}).at(0).at(0)[1][1].item() == 2);
  CHECK(vjp(square, {x}).second.at(0)[0].item() == 6);
  const Tensor v = tensor({1.0, 0.0});
  CHECK(jvp(square, {x}, {v}).second.item() == 6);
  CHECK(hvp(square, {x}, {v}).second.at(0)[0].item() == 2);
  CHECK(vhp(square, {x}, {v}).second.at(0)[0].item() == 2);
}
