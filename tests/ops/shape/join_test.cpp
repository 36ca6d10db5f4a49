#include "support/catch.hpp"
#include "support/op_table.hpp"
#include "support/values.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/shape.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::Tensors;
using Ints = std::vector<std::int64_t>;

TEST_CASE("joining operations have their derivatives", "[ops][table]") {
  const Tensor x = zeros({2, 3});
  test::check_rows({
      {.name = "cat",
       .f = [](const Tensors& v) { return cat(v, 1); },
       .inputs = {{{2, 3}}, {{2, 1}}, {{2, 2}}},
       .empty_inputs = {{0, 3}, {0, 1}, {0, 2}},
       .empty_result = {0, 6},
       .refuses = {{"the list has no tensor", [] { cat({}); }},
                   {"rank 0",
                    [] {
                      cat({zeros({}), zeros({})});
                    }},
                   {"tensor 1 of shape [2, 2] doesn't continue shape [2, 3] along dim 0",
                    [=] {
                      cat({x, zeros({2, 2})});
                    }},
                   {"tensor 1 of shape [3]",
                    [=] {
                      cat({x, zeros({3})});
                    }},
                   {"dim 2 is out of range",
                    [=] {
                      cat({x, x}, 2);
                    }},
                   {"undefined",
                    [=] {
                      cat({x, Tensor()});
                    }}}},
      {.name = "cat",
       .f =
           [](const Tensors& v) {
             return cat({v[0], v[1], v[0]});
           },
       .inputs = {{{2, 3}}, {{1, 3}}},
       .empty_inputs = {{0, 3}, {0, 3}},
       .empty_result = {0, 3}},
      {.name = "stack",
       .f =
           [](const Tensors& v) {
             return stack({v[0], v[1], v[0]}, -1);
           },
       .inputs = {{{2, 3}}, {{2, 3}}},
       .empty_inputs = {{0, 3}, {0, 3}},
       .empty_result = {0, 3, 3},
       .refuses = {{"the list has no tensor", [] { stack({}); }},
                   {"tensor 1 has shape [3], the first has [2, 3]",
                    [=] {
                      stack({x, zeros({3})});
                    }},
                   {"dim 3 is out of range",
                    [=] {
                      stack({x, x}, 3);
                    }}}},
  });
}

TEST_CASE("cat puts tensors one after the other along any dimension", "[ops][join]") {
  const Tensor a = arange(4).reshape({2, 2});
  const Tensor b = arange(4, 6).reshape({2, 1});
  CHECK(cat({a, b}, 1).to_vector<std::int64_t>() == Ints{0, 1, 4, 2, 3, 5});
  CHECK(cat({a, b.t()}, -2).to_vector<std::int64_t>() == Ints{0, 1, 2, 3, 4, 5});
  CHECK(cat({a.t(), a}).to_vector<std::int64_t>() == Ints{0, 2, 1, 3, 0, 1, 2, 3});
  CHECK_FALSE(cat({a}).shares_storage_with(a));
  const Tensor many = cat(std::vector<Tensor>(40, a), 0);
  CHECK(many.shape() == Shape{80, 2});
}

TEST_CASE("stack puts tensors beside each other in a new dimension", "[ops][join]") {
  const Tensor a = arange(3);
  const Tensor b = arange(3, 6);
  CHECK(stack({a, b}).to_vector<std::int64_t>() == Ints{0, 1, 2, 3, 4, 5});
  CHECK(stack({a, b}, 1).to_vector<std::int64_t>() == Ints{0, 3, 1, 4, 2, 5});
  CHECK(stack({tensor(1), tensor(2)}).shape() == Shape{2});
}

TEST_CASE("joined tensors promote their types as in PyTorch", "[ops][join]") {
  const Tensor truth = tensor({true, false});
  const Tensor integers = tensor({7, 8});
  const Tensor floats = tensor({0.5, 1.5});
  CHECK(cat({truth, truth}).dtype() == boolean);
  CHECK(cat({truth, integers}).to_vector<std::int64_t>() == Ints{1, 0, 7, 8});
  CHECK(cat({integers, floats}).dtype() == float32);
  CHECK(stack({floats, integers.to(int32), floats.to(float64)}).dtype() == float64);
  const Tensor x = floats.detach().requires_grad_();
  cat({x, ones({1}, {.dtype = float64})}).sum().backward();
  CHECK(x.grad().dtype() == float32);
}

TEST_CASE("a long list of tracked tensors gets every gradient", "[ops][join]") {
  // More than the bits that say which inputs are needed.
  std::vector<Tensor> parts;
  for (int i = 0; i < 50; ++i) parts.push_back(zeros({2}, {.requires_grad = i % 7 != 3}));
  const Tensor weights = arange(100, {.dtype = float32});
  (cat(parts) * weights).sum().backward();
  (stack(parts).reshape({100}) * weights).sum().backward();
  for (int i = 0; i < 50; ++i) {
    const Tensor& part = parts[static_cast<std::size_t>(i)];
    REQUIRE(part.grad().defined() == (i % 7 != 3));
    if (!part.grad().defined()) continue;
    const auto first = static_cast<float>(4 * i);
    CHECK(part.grad().to_vector<float>() == std::vector<float>{first, first + 2});
  }
}

TEST_CASE("cat() passes over the empty vector that a loop begins with", "[ops][cat]") {
  Tensor all = zeros({0});
  for (int i = 0; i < 2; ++i) all = cat({all, full({1, 2}, i)});
  CHECK(all.shape() == Shape{2, 2});
  CHECK(all.dtype() == float32);
  CHECK(all.to_vector<float>() == std::vector<float>{0, 0, 1, 1});
  CHECK(cat({zeros({0}), ones({2})}).shape() == Shape{2});
  CHECK(cat({zeros({0}), zeros({0})}).shape() == Shape{0});
  const Tensor x = tensor({{1.0, 2.0}}, {.requires_grad = true});
  cat({zeros({0}), x, x}, 1).sum().backward();
  CHECK(x.grad().to_vector<double>() == std::vector<double>{2, 2});
}
