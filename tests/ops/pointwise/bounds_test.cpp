#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "ops/pointwise/rows.hpp"
#include "support/catch.hpp"
#include "support/kinks.hpp"
#include "support/op_table.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/error.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::row;

namespace {

constexpr float most = std::numeric_limits<float>::max();
constexpr float infinite = std::numeric_limits<float>::infinity();

}  // namespace

TEST_CASE("limits have their derivatives", "[ops][table]") {
  test::check_rows(row("maximum", maximum));
  test::check_rows(row("minimum", minimum));
  test::check_rows({{.name = "clamp",
                     .f = [](const test::Tensors& x) { return clamp(x[0], -0.5, 0.75); },
                     .inputs = {{{2, 3}}},
                     .empty_inputs = {{0}},
                     .empty_result = {0}}});
}

TEST_CASE("limits of integers are integers, and fractional ones make them floating",
          "[ops][clamp]") {
  const Tensor x = Tensor::from_vector<std::int32_t>({-3, 0, 4});
  CHECK(clamp(x, -1, 2).to_vector<std::int32_t>() == std::vector<std::int32_t>{-1, 0, 2});
  CHECK(clamp_min(x, 1).to_vector<std::int32_t>() == std::vector<std::int32_t>{1, 1, 4});
  CHECK(clamp(x, -0.5, 0.5).dtype() == float32);
}

TEST_CASE("maximum and minimum share the gradient where both are equal", "[ops][binary]") {
  Tensor a = ones({1}, {.requires_grad = true});
  Tensor b = ones({1}, {.requires_grad = true});
  maximum(a, b).backward();
  CHECK(a.grad().item<float>() == 0.5f);
  CHECK(b.grad().item<float>() == 0.5f);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(std::isnan(maximum(ones({1}), full({1}, nan)).item<float>()));
  CHECK(std::isnan(minimum(full({1}, nan), ones({1})).item<float>()));
}

TEST_CASE("a limit beyond float32 is none, in both kinds of reverse pass", "[ops][clamp]") {
  const std::vector<float> numbers{-infinite, -most, 0, most, infinite};
  for (const bool recorded : {false, true}) {
    Tensor x = Tensor::from_vector(std::vector<float>(numbers)).requires_grad_();
    for (const Tensor& y : {clamp(x, -1e40, 1e40), clamp_min(x, -1e40), clamp_max(x, 1e300)}) {
      CHECK(y.detach().to_vector<float>() == numbers);
      const Tensor g = grad({sum(y)}, {x}, {.create_graph = recorded})[0];
      CHECK(g.detach().to_vector<float>() == std::vector<float>(5, 1));
    }
  }
}

TEST_CASE("a limit beyond float32 that every result would have to be is refused", "[ops][clamp]") {
  const Tensor x = ones({2});
  CHECK_THROWS_WITH(clamp_min(x, 1e40), Catch::Contains("clamp_min: 1e+40 doesn't fit float32"));
  CHECK_THROWS_AS(clamp_max(x, -1e40), DTypeError);
  CHECK_THROWS_AS(clamp(x, 1e39, 1e40), DTypeError);
  CHECK(clamp_min(x.to(float64), 1e40).to_vector<double>()[0] == 1e40);
  CHECK(clamp_min(x, infinite).to_vector<float>()[0] == infinite);
}

TEST_CASE("limits that are tensors have their derivatives", "[ops][table]") {
  test::check_rows(
      {{.name = "where",
        .f = [](const test::Tensors& x) { return square(clamp(x[0], x[1], x[2])); },
        .inputs = {{{4, 3}}, {{3}, -1, 0}, {{4, 1}, 0.1, 1}},
        .empty_inputs = {{0, 3}, {3}, {0, 1}},
        .empty_result = {0, 3},
        .refuses = {
            {"clamp: shapes don't broadcast: ", [] { clamp(ones({2}), ones({1}), ones({3})); }},
            {"clamp_min: shapes don't broadcast: ", [] { clamp_min(ones({2}), ones({3})); }}}}});
  const auto between = [](const Tensor& x) { return clamp(x, full_like(x, -1), full_like(x, 2)); };
  test::check_kinks({test::kink("clamp", between, {-1, 2, -1.5, 2.5, 0}, {1, 1, 0, 0, 1})});
}

TEST_CASE("limits that are tensors are limits for each element", "[ops][clamp]") {
  using Floats = std::vector<float>;
  const Tensor x = tensor({-3.0f, 0.0f, 4.0f});
  const Tensor low = tensor({-1.0f, 1.0f, 5.0f});
  const Tensor high = tensor({2.0f, 2.0f, 3.0f});
  CHECK(clamp(x, low, high).to_vector<float>() == Floats{-1, 1, 3});  // where low > high: high
  CHECK(x.clamp_min(low).to_vector<float>() == Floats{-1, 1, 5});
  CHECK(x.clamp_max(high).to_vector<float>() == Floats{-3, 0, 3});
  CHECK(clamp(tensor({1, 7}), tensor({2, 2}), tensor({5, 5})).dtype() == int64);
  CHECK(clamp(tensor({1, 7}), ones({2}), ones({2})).dtype() == float32);
  const float nan = std::numeric_limits<float>::quiet_NaN();
  CHECK(std::isnan(clamp_min(x, full({3}, nan)).to_vector<float>()[0]));
  CHECK(std::isnan(clamp(full({1}, nan), ones({1}), ones({1})).item<float>()));
  Tensor y = x.clone();
  CHECK(y.clamp_(low, high).to_vector<float>() == Floats{-1, 1, 3});
}
