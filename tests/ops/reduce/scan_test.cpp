#include "tapegrad/ops/reduce/scan.hpp"

#include <cmath>
#include <limits>

#include "support/catch.hpp"
#include "support/errors.hpp"
#include "support/kinks.hpp"
#include "support/op_table.hpp"
#include "support/values.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/shape.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::kink;
using test::OpRow;
using test::Tensors;
using Doubles = std::vector<double>;
using Ints = std::vector<std::int64_t>;

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

Tensor vector(Doubles values) { return Tensor::from_vector(std::move(values)); }

/// A row of f(x, dim) for x of shape [2, 4, 3].
OpRow row(std::string_view name, const std::function<Tensor(const Tensor&, std::int64_t)>& f,
          std::int64_t dim) {
  return {.name = name,
          .f = [=](const Tensors& x) { return square(f(x[0], dim)); },
          .inputs = {{{2, 4, 3}}},
          .empty_inputs = {{2, 0, 3}},
          .empty_result = {2, 0, 3},
          .refuses = {{"dim 3 is out of range for rank 3", [=] {
                         f(ones({2, 4, 3}), 3);
                       }}}};
}

Tensor gradient(const std::function<Tensor(const Tensor&)>& f, const Tensor& x) {
  const Tensor leaf = x.clone().requires_grad_();
  return grad({f(leaf).sum()}, {leaf})[0];
}

}  // namespace

TEST_CASE("scans have their derivatives", "[ops][table]") {
  std::vector<OpRow> rows;
  using Scan = Tensor (*)(const Tensor&, AsDim);
  for (const std::int64_t dim : {1, -1, 0}) {
    rows.push_back(row("cumsum", static_cast<Scan>(cumsum), dim));
    rows.push_back(row("cumprod", static_cast<Scan>(cumprod), dim));
    rows.push_back(row("logcumsumexp", logcumsumexp, dim));
    rows.back().float32_tolerance = 1e-5;
    rows.push_back(row(
        "gather", [](const Tensor& x, std::int64_t d) { return cummax(x, d).values; }, dim));
    rows.back().broadcast_inputs = false;
    rows.push_back(row(
        "gather", [](const Tensor& x, std::int64_t d) { return cummin(x, d).values; }, dim));
    rows.back().broadcast_inputs = false;
  }
  const OpRow of_most{.name = "cummax",
                      .f = [](const Tensors& x) { return cummax(x[0], 1).indices; },
                      .inputs = {{{2, 3}}},
                      .empty_inputs = {{0, 3}},
                      .empty_result = {0, 3},
                      .differentiable = false};
  const OpRow of_least{.name = "cummin",
                       .f = [](const Tensors& x) { return cummin(x[0], 1).indices; },
                       .inputs = {{{2, 3}}},
                       .empty_inputs = {{0, 3}},
                       .empty_result = {0, 3},
                       .differentiable = false};
  rows.push_back(of_most);
  rows.push_back(of_least);
  test::check_rows(rows);
}

TEST_CASE("the recurrence behind scans has its derivatives", "[ops][table]") {
  test::check_rows({{.name = "recurrence",
                     .f =
                         [](const Tensors& x) {
                           const EnableGrad guard;
                           const Tensor a =
                               x[0].requires_grad() ? x[0] : x[0].detach().requires_grad_();
                           return grad({cumprod(a, 1) * x[1]}, {a},
                                       {.grad_outputs = {ones_like(a)}, .create_graph = true})[0];
                         },
                     .inputs = {{{2, 3}, 0.5, 2}, {{2, 3}}},
                     .empty_inputs = {{0, 3}, {0, 3}},
                     .empty_result = {0, 3}}});
}

TEST_CASE("sums and products up to each element are those of a loop", "[ops][scan]") {
  const Tensor x = tensor({{1, 2, 3}, {10, 0, -2}});
  CHECK(cumsum(x, 1).to_vector<std::int64_t>() == Ints{1, 3, 6, 10, 10, 8});
  CHECK(cumsum(x, 0).to_vector<std::int64_t>() == Ints{1, 2, 3, 11, 2, 1});
  CHECK(cumprod(x, -1).to_vector<std::int64_t>() == Ints{1, 2, 6, 10, 0, 0});
  for (const DType dtype : {boolean, uint8, int32}) {
    CHECK(cumsum(ones({300}).to(dtype), 0).dtype() == int64);
    CHECK(cumsum(ones({300}).to(dtype), 0)[299].item<std::int64_t>() == 300);
  }
  CHECK(cumprod(full({70}, 2), 0)[62].item<std::int64_t>() ==
        std::numeric_limits<std::int64_t>::min());
  CHECK(cumsum(full({}, 2.5), 0).item<float>() == 2.5);
  CHECK(cumsum(full({}, 2.5), -1).dim() == 0);
  CHECK_THROWS_AS(cumsum(full({}, 2.5), 1), IndexError);
}

TEST_CASE("a float32 scan has the digits of a float64 one", "[ops][scan]") {
  const Tensor x = full({1 << 20}, 0.1f);
  const double last = cumsum(x, 0)[(1 << 20) - 1].item<double>();
  CHECK(last == Approx(104857.6015625).epsilon(1e-7));  // 2^20 times the float next to 0.1
  // 1e-40 comes back from below the smallest float.
  CHECK(cumprod(tensor({1e-30f, 1e-30f, 1e30f, 1e30f}), 0)[3].item<float>() == Approx(1));
}

TEST_CASE("products have derivatives where elements are 0", "[ops][scan]") {
  // y = {a, a b, a b c}: the derivatives of the sum are 1 + b + b c, a + a c, a b.
  const auto f = [](const Tensor& x) { return cumprod(x, 0); };
  CHECK(gradient(f, vector({2, 0, 3})).to_vector<double>() == Doubles{1, 8, 0});
  CHECK(gradient(f, vector({0, 0, 3})).to_vector<double>() == Doubles{1, 0, 0});
  CHECK(gradient(f, vector({0, 5, 7})).to_vector<double>() == Doubles{41, 0, 0});
}

TEST_CASE("logcumsumexp is the logarithm of sums of exponentials", "[ops][scan]") {
  const Tensor x = test::spread({50}, -3, 3);
  const Doubles in = x.to_vector<double>();
  const Doubles out = logcumsumexp(x, 0).to_vector<double>();
  long double sum = 0;
  for (std::size_t i = 0; i < in.size(); ++i) {
    sum += std::exp(static_cast<long double>(in[i]));
    CHECK(out[i] == Approx(static_cast<double>(std::log(sum))).epsilon(1e-14));
  }
  CHECK(logcumsumexp(vector({1000, 1000}), 0)[1].item<double>() == Approx(1000 + std::log(2)));
  const Doubles edges = logcumsumexp(vector({-infinite, 0, infinite, 1}), 0).to_vector<double>();
  CHECK(edges == Doubles{-infinite, 0, infinite, infinite});
  CHECK(std::isnan(logcumsumexp(vector({not_a_number, infinite}), 0)[1].item<double>()));
  CHECK_THROWS_WITH(logcumsumexp(tensor({1, 2}), 0),
                    "logcumsumexp: needs a floating-point tensor, got int64; convert it with "
                    "to(float32)");
}

TEST_CASE("an element of -inf takes no gradient of logcumsumexp", "[ops][scan]") {
  const auto f = [](const Tensor& x) { return logcumsumexp(x, 0).slice(0, 2); };
  CHECK(gradient(f, vector({-infinite, -infinite, 1})).to_vector<double>() == Doubles{0, 0, 1});
  const Tensor x = vector({-infinite, 1, 1}).requires_grad_();
  const Tensor once = grad({logcumsumexp(x, 0)[2]}, {x}, {.create_graph = true})[0];
  CHECK(test::difference(once, vector({0, 0.5, 0.5}), 1e-15, 0) == "");
  CHECK(test::difference(grad({once[1]}, {x})[0], vector({0, 0.25, -0.25}), 1e-15, 0) == "");
}

TEST_CASE("running extremes keep the last of equal elements, and NaN", "[ops][scan]") {
  // As torch.cummax and torch.cummin of 2.13.
  const Tensor x = vector({1, 3, 3, 2, not_a_number, 5, not_a_number});
  const auto [most, where_most] = cummax(x, 0);
  CHECK(where_most.to_vector<std::int64_t>() == Ints{0, 1, 2, 2, 4, 4, 6});
  CHECK(most.slice(0, 0, 4).to_vector<double>() == Doubles{1, 3, 3, 3});
  CHECK(std::isnan(most[5].item<double>()));
  CHECK(cummin(x, 0).indices.to_vector<std::int64_t>() == Ints{0, 0, 0, 0, 4, 4, 6});
  const Tensor small = tensor({{3, 1, 2}, {0, 5, 2}}).to(uint8);
  CHECK(cummax(small, 0).values.dtype() == uint8);
  CHECK(cummax(small, 0).values.to_vector<std::int64_t>() == Ints{3, 1, 2, 3, 5, 2});
  CHECK(cummin(small, 1).indices.to_vector<std::int64_t>() == Ints{0, 1, 1, 0, 0, 0});
  CHECK(cummax(full({}, 2.5), 0).indices.item<std::int64_t>() == 0);
}

TEST_CASE("running extremes have their documented derivatives at ties", "[ops][kink]") {
  // The sum of a tie of two elements: the second takes its own and all later ones.
  const auto most = [](const Tensor& x) { return cummax(cat({x, x}), 0).values.slice(0, 1); };
  const auto least = [](const Tensor& x) { return cummin(cat({x, x}), 0).values.slice(0, 1); };
  test::check_kinks({kink("cummax", most, {2}, {1}), kink("cummin", least, {2}, {1})});
}

TEST_CASE("no differences are x alone, as in numpy, whatever lies before and behind it", "[ops]") {
  const Tensor x = vector({1, 4, 9});
  CHECK(diff(x, 0, 0, vector({0}), vector({16, 25})).to_vector<double>() == Doubles{1, 4, 9});
  CHECK(diff(x, 1, 0, vector({0}), vector({16})).to_vector<double>() == Doubles{1, 3, 5, 7});
}

TEST_CASE("differences have their derivative", "[ops][table]") {
  test::check_rows({
      {.name = "sub",
       .f = [](const Tensors& x) { return exp(diff(x[0], 2, 1)); },
       .inputs = {{{2, 4, 3}}},
       .empty_inputs = {{2, 0, 3}},
       .empty_result = {2, 0, 3},
       .refuses = {{"diff: x has rank 0; it needs a dimension", [] { diff(tensor(1.0)); }},
                   {"diff: differences are taken -1 times", [] { diff(ones({2}), -1); }},
                   {"diff: dim 3 is out of range for rank 1", [] { diff(ones({2}), 1, 3); }}}},
      {.name = "sub",
       .f = [](const Tensors& x) { return exp(diff(x[0], 1, -1, x[1], x[2])); },
       .inputs = {{{2, 3}, {2, 1}, {2, 2}}},
       .empty_inputs = {{2, 0}, {2, 0}, {2, 0}},
       .empty_result = {2, 0},
       .refuses = {{"diff: ",
                    [] {
                      diff(ones({2, 3}), 1, -1, ones({3, 1}));
                    }}}},
  });
}

// The numbers are those of torch 2.13.
TEST_CASE("diff takes each element less the one before it", "[ops][reduce]") {
  const Tensor x = tensor({{1, 3, 2}, {0, 4, 9}});
  CHECK(x.diff().to_vector<std::int64_t>() == Ints{2, -1, 4, 5});
  CHECK(diff(x, 2).to_vector<std::int64_t>() == Ints{-3, 1});
  CHECK(diff(x, 1, 0).to_vector<std::int64_t>() == Ints{-1, 1, 7});
  CHECK(diff(x, 5, 0).shape() == Shape{0, 3});
  CHECK(diff(x, 0).to_vector<std::int64_t>() == x.to_vector<std::int64_t>());
  CHECK(diff(tensor({1, 3}), 1, -1, tensor({0, 0}), tensor({9})).to_vector<std::int64_t>() ==
        Ints{0, 1, 2, 6});
  const Tensor changes = diff(tensor({true, false, false}));
  CHECK(changes.dtype() == boolean);
  CHECK(changes.to_vector<bool>() == std::vector<bool>{true, false});
  CHECK(diff(tensor({3, 1}, uint8)).to_vector<std::uint8_t>() == std::vector<std::uint8_t>{254});
  Tensor leaf = ones({2}).requires_grad_();
  CHECK_FALSE(diff(leaf, 0).is_same(leaf));
}
