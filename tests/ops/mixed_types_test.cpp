// Two element types in one operation: the derivatives are those of float64, where one is float64.
#include <cmath>
#include <functional>

#include "support/catch.hpp"
#include "support/values.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/loss.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;

namespace {

using Function = std::function<Tensor(const Tensor&, const Tensor&)>;

struct Case {
  const char* name;
  Function f;
};

Function with(Tensor (*loss)(const Tensor&, const Tensor&, const nn::LossOptions&)) {
  return [loss](const Tensor& x, const Tensor& y) { return loss(x, y, {}); };
}

const Case cases[] = {
    {"add", [](const Tensor& a, const Tensor& b) { return a + b; }},
    {"sub", [](const Tensor& a, const Tensor& b) { return a - b; }},
    {"mul", [](const Tensor& a, const Tensor& b) { return a * b; }},
    {"div", [](const Tensor& a, const Tensor& b) { return a / b; }},
    {"pow", [](const Tensor& a, const Tensor& b) { return pow(a, b); }},
    {"maximum", [](const Tensor& a, const Tensor& b) { return maximum(a, b) * a; }},
    {"minimum", [](const Tensor& a, const Tensor& b) { return minimum(a, b) * b; }},
    {"where", [](const Tensor& a, const Tensor& b) { return where(a > 0.5, a, b) * a; }},
    {"mse_loss", with(nn::mse_loss)},
    {"l1_loss", with(nn::l1_loss)},
    {"binary_cross_entropy",
     [](const Tensor& x, const Tensor& y) { return nn::binary_cross_entropy(x, y); }},
    {"binary_cross_entropy_with_logits",
     [](const Tensor& x, const Tensor& y) { return nn::binary_cross_entropy_with_logits(x, y); }},
    {"binary_cross_entropy_with_logits, weighted",
     [](const Tensor& x, const Tensor& y) {
       return nn::binary_cross_entropy_with_logits(x, zeros_like(x), {.pos_weight = y}) +
              nn::binary_cross_entropy_with_logits(x, ones_like(x), {.pos_weight = y});
     }},
    {"cross_entropy with probabilities",
     [](const Tensor& x, const Tensor& y) { return nn::cross_entropy(x, y); }},
};

/// The gradients, and with `again` those of their sum: undefined where it is constant.
std::vector<Tensor> gradients(const Function& f, const Tensor& a, const Tensor& b, bool again) {
  const Tensor x = a.detach().clone().requires_grad_();
  const Tensor y = b.detach().clone().requires_grad_();
  const Tensor loss = sum(f(x, y));
  if (!again) return grad({loss}, {x, y});
  const std::vector<Tensor> g = grad({loss}, {x, y}, {.create_graph = true});
  const Tensor both = sum(g[0]) + sum(g[1]);
  if (!both.requires_grad()) return {Tensor(), Tensor()};
  return grad({both}, {x, y}, {.allow_unused = true});
}

/// To the last bits of what `got` holds.
void check_gradient(const Tensor& got, const Tensor& expected) {
  REQUIRE(got.defined() == expected.defined());
  if (!got.defined()) return;
  const double epsilon = got.dtype() == float32 ? 1.2e-7 : 1e-14;
  CHECK(test::difference(got, expected, epsilon, epsilon) == "");
}

}  // namespace

TEST_CASE("derivatives over mixed float types are those of float64", "[ops][types]") {
  const Tensor single = test::spread({2, 3}, 0.1, 0.9).to(float32);
  const Tensor twice = test::spread({2, 3}, 0.1, 0.9, 7);
  for (const Case& c : cases) {
    for (const bool again : {false, true}) {
      DYNAMIC_SECTION(c.name << (again ? ", second order" : "")) {
        const auto exact = gradients(c.f, single.to(float64), twice, again);
        const auto mixed = gradients(c.f, single, twice, again);
        check_gradient(mixed[0], exact[0]);
        check_gradient(mixed[1], exact[1]);
        const auto other = gradients(c.f, twice, single.to(float64), again);
        const auto swapped = gradients(c.f, twice, single, again);
        check_gradient(swapped[0], other[0]);
        check_gradient(swapped[1], other[1]);
      }
    }
  }
}

TEST_CASE("a float64 number beside float32 elements has a gradient with float64's digits",
          "[ops][types]") {
  using Pair = std::pair<Tensor, Tensor>;
  const auto first = [](auto f) { return [f](const Pair& p) { return f(p.first, p.second); }; };
  const auto second = [](auto f) { return [f](const Pair& p) { return f(p.second, p.first); }; };
  const auto plus = [](const Tensor& a, const Tensor& b) { return a + b; };
  const auto minus = [](const Tensor& a, const Tensor& b) { return a - b; };
  const auto times = [](const Tensor& a, const Tensor& b) { return a * b; };
  const auto over = [](const Tensor& a, const Tensor& b) { return a / b; };
  const auto power = [](const Tensor& a, const Tensor& b) { return pow(a, b); };
  const auto choice = [](const Tensor& a, const Tensor& b) { return where(a > 0.5, a, b); };
  const auto larger = [](const Tensor& a, const Tensor& b) { return maximum(a, b); };
  const std::pair<const char*, std::function<Tensor(const Pair&)>> functions[] = {
      {"add", first(plus)},       {"sub", first(minus)},        {"sub, first", second(minus)},
      {"mul", first(times)},      {"div", first(over)},         {"div, first", second(over)},
      {"pow", first(power)},      {"pow, base", second(power)}, {"where", first(choice)},
      {"maximum", first(larger)},
  };
  const Tensor elements = test::spread({2, 3}, 0.1, 0.9).to(float32);
  const Tensor g = test::spread({2, 3}, 0.1, 0.9, 3).to(float32);
  const auto gradient = [](const auto& f, const Tensor& x, const Tensor& arriving, bool again) {
    const Tensor b = full({}, 0.3, {.dtype = float64, .requires_grad = true});
    const Tensor d =
        grad({f(Pair(x, b))}, {b}, {.grad_outputs = {arriving}, .create_graph = again})[0];
    return again && d.requires_grad() ? grad({d}, {b}, {.allow_unused = true})[0] : d;
  };
  for (const auto& [name, f] : functions) {
    for (const bool again : {false, true}) {
      DYNAMIC_SECTION(name << (again ? ", second order" : "")) {
        CHECK(f(Pair(elements, full({}, 0.3, {.dtype = float64}))).dtype() == float32);
        check_gradient(gradient(f, elements, g, again),
                       gradient(f, elements.to(float64), g.to(float64), again));
      }
    }
  }
}

TEST_CASE("what a float32 tensor is changed by in place has a gradient in float64",
          "[ops][types]") {
  const Tensor elements = test::spread({2, 3}, 0.1, 0.9).to(float32);
  const Tensor by = test::spread({2, 3}, 0.1, 0.9, 3);
  using Change = Tensor& (Tensor::*)(const Tensor&);
  for (const Change change :
       {static_cast<Change>(&Tensor::mul_), static_cast<Change>(&Tensor::div_)}) {
    const auto gradient = [&](DType dtype) {
      Tensor b = by.clone().requires_grad_();
      Tensor y = elements.to(dtype).clone();
      (y.*change)(b);
      sum(y).backward();
      return b.grad();
    };
    check_gradient(gradient(float32), gradient(float64));
  }
}

TEST_CASE("a tie of a float64 number with a float32 element is one, as in the result",
          "[ops][types]") {
  const Tensor a = full({1}, 0.1).requires_grad_();
  const Tensor b = full({}, 0.1, {.dtype = float64, .requires_grad = true});
  maximum(a, b).backward(ones({1}));
  CHECK(a.grad().item<double>() == 0.5);
  CHECK(b.grad().item<double>() == 0.5);
}

TEST_CASE("the derivative to a float64 exponent of integers is exact", "[ops][types]") {
  const Tensor base = Tensor::from_vector<std::int64_t>({3, 5});
  const Tensor exponent = Tensor::from_vector<double>({0.3, 1.7}).requires_grad_();
  sum(pow(base, exponent)).backward();
  const Tensor expected = Tensor::from_vector<double>(
      {std::pow(3, 0.3) * std::log(3.0), std::pow(5, 1.7) * std::log(5.0)});
  CHECK(test::difference(exponent.grad(), expected, 1e-15, 0) == "");
}

TEST_CASE("the larger of two types is chosen in their common type, also by the derivative",
          "[ops][mixed]") {
  const Tensor a = tensor(1.0, {.dtype = float32}).requires_grad_();
  const Tensor b = tensor(1 + 1e-10, {.dtype = float64}).requires_grad_();
  for (const bool first : {true, false}) {
    const Tensor y = first ? maximum(a, b) : maximum(b, a);
    CHECK(grad({y}, {a})[0].item<double>() == 0);  // in float32 both are 1
    CHECK(grad({first ? maximum(a, b) : maximum(b, a)}, {b})[0].item<double>() == 1);
  }
}
