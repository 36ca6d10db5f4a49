#include <cmath>
#include <limits>

#include "ops/index/along.hpp"
#include "support/catch.hpp"
#include "support/op_table.hpp"
#include "support/values.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::OpRow;
using test::Tensors;

namespace {

using Integers = std::vector<std::int64_t>;
using Doubles = std::vector<double>;

OpRow row(std::string_view name, Tensor (*f)(const Tensor&), const Shape& empty,
          const Shape& empty_result) {
  // Equal elements sit on the kink between them.
  return {.name = name,
          .f = [f](const Tensors& x) { return f(x[0]); },
          .inputs = {{{3, 2, 4}}},
          .empty_inputs = {empty},
          .empty_result = empty_result,
          .broadcast_inputs = false};
}

OpRow row_of_all(std::string_view name, Tensor (*f)(const Tensor&)) {
  OpRow all = row(name, f, {}, {});
  all.empty_inputs = {};
  all.never_empty = "nothing has no extreme";
  return all;
}

Doubles gradient(Tensor (*f)(const Tensor&), const Tensor& at) {
  Tensor x = at.clone();
  x.requires_grad_();
  f(x).backward();
  return x.grad().to_vector<double>();
}

}  // namespace

TEST_CASE("extremes have their derivatives", "[ops][table]") {
  OpRow most = row_of_all("amax", [](const Tensor& x) { return max(x); });
  most.refuses = {
      {"max: no element to choose from: shape [0, 3] over all dims",
       [] {
         max(ones({0, 3}));
       }},
      {"amax: no element to choose from: shape [0, 3] over dims [0]",
       [] {
         amax(ones({0, 3}), 0);
       }},
      {"max: no element to choose from: shape [0, 3] over dim 0",
       [] {
         max(ones({0, 3}), 0);
       }},
      {"argmax: no element to choose from: shape [0] over all dims", [] { argmax(ones({0})); }},
      {"argmax: no element to choose from: shape [2, 0] over dim 1",
       [] {
         argmax(ones({2, 0}), -1);
       }},
      {"max: dim 2 is out of range", [] {
         max(ones({2, 3}), 2);
       }}};
  OpRow least = row_of_all("amin", [](const Tensor& x) { return min(x); });
  least.refuses = {{"min: no element to choose from", [] { min(ones({0})); }},
                   {"amin: no element to choose from", [] { amin(ones({0}), {0}); }},
                   {"argmin: no element to choose from", [] { argmin(ones({0}), 0); }},
                   {"argmin: dim -2 is out of range", [] { argmin(ones({3}), -2); }}};
  test::check_rows({
      most,
      row("amax", [](const Tensor& x) { return amax(x, 1); }, {0, 3}, {0}),
      row("amax",
          [](const Tensor& x) {
            return amax(x, {0, -1}, keepdim);
          },
          {2, 0, 3}, {1, 0, 1}),
      least,
      row("amin", [](const Tensor& x) { return amin(x, {1}); }, {0, 3}, {0}),
      row("max", [](const Tensor& x) { return max(x, 0).values; }, {3, 0}, {0}),
      row("max", [](const Tensor& x) { return max(x, -1, keepdim).values; }, {0, 3}, {0, 1}),
      row("min", [](const Tensor& x) { return min(x, 1).values; }, {0, 3}, {0}),
  });
}

TEST_CASE("taking and putting along a dimension are each other's derivative", "[ops][table]") {
  const Tensor indices = Tensor::from_vector<std::int64_t>({1, 0, 1, 1}, {2, 2});
  const Tensor none = Tensor::from_vector<std::int64_t>({});
  const auto chosen = [=](const Tensor& x) { return x.numel() > 0 ? indices : none; };
  test::check_rows({
      {.name = "take_along",
       .f = [=](const Tensors& x) { return take_along(x[0], chosen(x[0]), 1); },
       .inputs = {{{2, 3, 2}}},
       .empty_inputs = {{0, 3}},
       .empty_result = {0}},
      {.name = "put_along",
       .f =
           [=](const Tensors& x) {
             const bool any = x[0].numel() > 0;
             return put_along(x[0], chosen(x[0]), 1, any ? Shape{2, 3, 2} : Shape{0, 3});
           },
       .inputs = {{{2, 2}}},
       .empty_inputs = {{0}},
       .empty_result = {0, 3}},
  });
}

TEST_CASE("extremes agree with a loop, in every dtype and layout", "[ops][extreme]") {
  for (const std::int64_t n : {1, 2, 5, 16, 17, 67, 300}) {
    for (const DType dtype : {boolean, uint8, int32, int64, float32, float64}) {
      const Tensor dense = test::spread({3, n}, 0, 200).to(dtype);
      const Tensor tall = dense.t().clone().t();
      for (std::int64_t i = 0; i < 3; ++i) {
        const Doubles line = dense.select(0, i).to_vector<double>();
        const auto most = std::max_element(line.begin(), line.end());
        const auto least = std::min_element(line.begin(), line.end());
        for (const Tensor& x : {dense, tall}) {
          const auto [highs, where_high] = max(x, 1);
          const auto [lows, where_low] = min(x, 1);
          CHECK(highs.dtype() == dtype);
          CHECK(where_high.dtype() == int64);
          CHECK(highs[i].item<double>() == *most);
          CHECK(where_high[i].item<std::int64_t>() == most - line.begin());
          CHECK(lows[i].item<double>() == *least);
          CHECK(where_low[i].item<std::int64_t>() == least - line.begin());
          CHECK(argmax(x, 1)[i].item<std::int64_t>() == most - line.begin());
          CHECK(argmin(x, 1)[i].item<std::int64_t>() == least - line.begin());
          CHECK(amax(x, 1)[i].item<double>() == *most);
          CHECK(amin(x, 1)[i].item<double>() == *least);
        }
      }
      const Doubles all = dense.to_vector<double>();
      const auto most = std::max_element(all.begin(), all.end());
      CHECK(max(tall).item<double>() == *most);
      CHECK(argmax(tall).item<std::int64_t>() == most - all.begin());
      CHECK(min(tall).item<double>() == *std::min_element(all.begin(), all.end()));
    }
  }
}

TEST_CASE("of equal elements the first has the index", "[ops][extreme]") {
  const Tensor x = Tensor::from_vector<float>({1, 3, 3, 0, 0, 2}, {2, 3});
  CHECK(argmax(x).item<std::int64_t>() == 1);
  CHECK(argmin(x).item<std::int64_t>() == 3);
  CHECK(argmax(x, 1).to_vector<std::int64_t>() == Integers{1, 2});
  CHECK(argmin(x, 1, keepdim).shape() == Shape{2, 1});
  CHECK(argmax(ones({100}), 0).item<std::int64_t>() == 0);
}

TEST_CASE("NaN wins over every number", "[ops][extreme]") {
  for (const DType dtype : {float32, float64}) {
    for (const std::int64_t n : {3, 20, 100}) {
      Tensor x = test::spread({n}, -1, 1).to(dtype);
      x.select(0, n / 2).fill_(std::nan(""));
      x.select(0, n - 1).fill_(std::nan(""));
      for (const Tensor& extreme : {max(x), min(x), max(x, 0).values, amin(x, 0)}) {
        CHECK(std::isnan(extreme.item<double>()));
      }
      CHECK(argmax(x).item<std::int64_t>() == n / 2);
      CHECK(argmin(x, 0).item<std::int64_t>() == n / 2);
    }
  }
}

TEST_CASE("at a tie the documented derivative holds", "[ops][extreme]") {
  const Tensor x = Tensor::from_vector<double>({1, 3, 3, 0});
  CHECK(gradient([](const Tensor& v) { return max(v); }, x) == Doubles{0, 0.5, 0.5, 0});
  CHECK(gradient([](const Tensor& v) { return amax(v, 0); }, x) == Doubles{0, 0.5, 0.5, 0});
  CHECK(gradient([](const Tensor& v) { return max(v, 0).values; }, x) == Doubles{0, 1, 0, 0});
  const Tensor wrong = Tensor::from_vector<double>({1, std::nan(""), 3});
  CHECK(gradient([](const Tensor& v) { return max(v); }, wrong) == Doubles{0, 1, 0});
  CHECK(gradient([](const Tensor& v) { return min(v, 0).values; }, wrong) == Doubles{0, 1, 0});
}

TEST_CASE("a tensor of rank 0 is its own extreme", "[ops][extreme]") {
  const Tensor x = full({}, 2.5);
  const auto [value, index] = max(x, -1, keepdim);
  CHECK(value.shape() == Shape{});
  CHECK(value.item<float>() == 2.5F);
  CHECK(index.item<std::int64_t>() == 0);
  CHECK(argmin(x).item<std::int64_t>() == 0);
  CHECK(amax(x, {}).item<float>() == 2.5F);
}

TEST_CASE("aminmax is amin and amax", "[ops][extreme]") {
  const Tensor x = Tensor::from_vector<float>({1, 3, -2, 0}, {2, 2});
  const auto [least, most] = aminmax(x, 1);
  CHECK(least.to_vector<float>() == std::vector<float>{1, -2});
  CHECK(most.to_vector<float>() == std::vector<float>{3, 0});
  CHECK(aminmax(x).first.item<float>() == -2);
  CHECK(aminmax(x, 0, keepdim).second.shape() == Shape{1, 2});
  CHECK_THROWS_WITH(aminmax(zeros({0})),
                    "aminmax: no element to choose from: shape [0] over all dims");
}
