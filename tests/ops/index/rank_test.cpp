#include "tapegrad/ops/index/rank.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "support/catch.hpp"
#include "support/kinks.hpp"
#include "support/op_table.hpp"
#include "support/values.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/index.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::OpRow;
using test::Tensors;
using Doubles = std::vector<double>;
using Ints = std::vector<std::int64_t>;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

OpRow row(std::string_view name, Tensor (*f)(const Tensor&), const Shape& empty_result) {
  return {.name = name,
          .f = [f](const Tensors& x) { return square(f(x[0])); },
          .inputs = {{{4, 5}}},
          .empty_inputs = {{4, 0}},
          .empty_result = empty_result,
          .broadcast_inputs = false};
}

}  // namespace

TEST_CASE("medians and quantiles have their derivatives", "[ops][table]") {
  OpRow middle = row("gather", [](const Tensor& x) { return median(x, 0).values; }, {0});
  middle.refuses = {{"median: no element: shape [0]", [] { median(zeros({0})); }},
                    {"median: dim 1 is out of range", [] { median(zeros({2}), 1); }}};
  OpRow part = row("where", [](const Tensor& x) { return quantile(x, 0.3, 0, keepdim); }, {1, 0});
  part.refuses = {{"quantile: 1.5 isn't between 0 and 1", [] { quantile(ones({2}), 1.5); }},
                  {"quantile: needs a floating-point tensor", [] { quantile(tensor({1}), 0.5); }},
                  {"quantile: no element: shape [2, 0], dim 1", [] {
                     quantile(zeros({2, 0}), 0.5, 1);
                   }}};
  OpRow without_nan = row("gather", [](const Tensor& x) { return nanmedian(x, 0).values; }, {0});
  without_nan.refuses = {{"nanmedian: no element: shape [0]", [] { nanmedian(zeros({0})); }}};
  test::check_rows({middle, part, without_nan});
}

TEST_CASE("several quantiles have their derivatives, also by q", "[ops][table]") {
  const auto parts = [](std::string_view interpolation, bool without_nan) {
    const auto f = [=](const Tensors& v) {
      return square(without_nan ? nanquantile(v[0], v[1], 0, Keepdim::no, interpolation)
                                : quantile(v[0], v[1], 0, Keepdim::no, interpolation));
    };
    return OpRow{.name = "where",
                 .f = f,
                 .inputs = {{{4, 5}}, {{3}, 0.1, 0.9}},
                 .empty_inputs = {{4, 0}, {3}},
                 .empty_result = {3, 0},
                 .narrow_roundings = 8,
                 .broadcast_inputs = false};
  };
  OpRow linear = parts("linear", false);
  linear.refuses = {{"quantile: 1.5 isn't between 0 and 1",
                     [] {
                       quantile(ones({2}), tensor({0.5, 1.5}));
                     }},
                    {"quantile: q of shape [1, 2]; it must be a number or a vector",
                     [] {
                       quantile(ones({2}), zeros({1, 2}));
                     }},
                    {"quantile: q is int64", [] { quantile(ones({2}), tensor({1})); }},
                    {"nanquantile: there is no interpolation \"cubic\"; use \"linear\"",
                     [] { nanquantile(ones({2}), 0.5, 0, Keepdim::no, "cubic"); }}};
  OpRow lower = parts("lower", false);
  lower.name = "gather";
  test::check_rows({linear, parts("midpoint", false), parts("linear", true), lower});
}

TEST_CASE("at an element a quantile has no derivative by q", "[ops][kink]") {
  const auto by_q = [](const Tensor& q) {
    return quantile(tensor({1, 2, 4}, {.dtype = q.dtype()}), q);
  };
  test::check_kinks({test::kink("quantile", by_q, {0, 0.5, 1}, {0, 0, 0})});
}

namespace {

/// The quantile of a line in order that has no NaN.
double between(const Doubles& sorted, double q, std::string_view interpolation) {
  const double rank = q * static_cast<double>(sorted.size() - 1);
  const double low = sorted[static_cast<std::size_t>(std::floor(rank))];
  const double high = sorted[static_cast<std::size_t>(std::ceil(rank))];
  if (interpolation == "lower") return low;
  if (interpolation == "higher") return high;
  if (interpolation == "midpoint") return (low + high) / 2;
  if (interpolation == "nearest") return sorted[static_cast<std::size_t>(std::lrint(rank))];
  return low + (high - low) * (rank - std::floor(rank));
}

}  // namespace

TEST_CASE("quantiles of several q by every interpolation", "[ops][sort]") {
  const Doubles parts{0, 0.125, 0.3, 0.5, 0.875, 1};
  const Tensor q = tensor(parts);
  const Tensor x = test::spread({3, 9}, -2, 2);
  Tensor holed = x.clone();
  holed[{1, Slice(2, 6)}] = not_a_number;
  for (const char* how : {"linear", "lower", "higher", "midpoint", "nearest"}) {
    INFO(how);
    const Tensor y = quantile(x, q, 1, Keepdim::no, how);
    const Tensor without = nanquantile(holed, q, 1, Keepdim::no, how);
    REQUIRE(y.shape() == Shape{6, 3});
    REQUIRE(without.shape() == Shape{6, 3});
    for (std::int64_t line = 0; line < 3; ++line) {
      Doubles all = x[line].to_vector<double>();
      Doubles numbers;
      for (const double v : holed[line].to_vector<double>()) {
        if (!std::isnan(v)) numbers.push_back(v);
      }
      std::sort(all.begin(), all.end());
      std::sort(numbers.begin(), numbers.end());
      for (std::size_t i = 0; i < parts.size(); ++i) {
        const auto at = static_cast<std::int64_t>(i);
        CHECK(y[{at, line}].item<double>() == Approx(between(all, parts[i], how)));
        CHECK(without[{at, line}].item<double>() == Approx(between(numbers, parts[i], how)));
        CHECK(quantile(x[line], parts[i], 0, Keepdim::no, how).item<double>() ==
              Approx(between(all, parts[i], how)));
      }
    }
    CHECK(isnan(quantile(holed, q, 1, Keepdim::no, how)).sum(0).to_vector<std::int64_t>() ==
          Ints{0, 6, 0});
  }
}

TEST_CASE("quantiles have the shapes that PyTorch gives them", "[ops][sort]") {
  const Tensor x = ones({2, 3, 4});
  const Tensor q = tensor({0.25, 0.5});
  CHECK(quantile(x, 0.5, 1).shape() == Shape{2, 4});
  CHECK(quantile(x, q, -1).shape() == Shape{2, 2, 3});
  CHECK(quantile(x, q, 1, keepdim).shape() == Shape{2, 2, 1, 4});
  CHECK(quantile(x, q[{Slice(0, 1)}]).shape() == Shape{1});
  CHECK(quantile(x, q[0]).shape() == Shape{});
  CHECK(quantile(x, q, std::nullopt, keepdim).shape() == Shape{2, 1, 1, 1});
  CHECK(x.nanquantile(0.5, std::nullopt, keepdim).shape() == Shape{1, 1, 1});
  CHECK(quantile(tensor(3.5), q, 0).to_vector<double>() == Doubles{3.5, 3.5});
  CHECK(quantile(x, q, 1).dtype() == float32);
}

TEST_CASE("nanmedian passes over NaN", "[ops][sort]") {
  const Tensor x = Tensor::from_vector<double>(
      {not_a_number, 5, 1, not_a_number, 3, not_a_number, not_a_number, not_a_number}, {2, 4});
  const auto [values, indices] = nanmedian(x, 1);
  CHECK(values.to_vector<double>() == Doubles{1, 3});
  CHECK(indices.to_vector<std::int64_t>() == Ints{2, 0});
  CHECK(nanmedian(x).item<double>() == 3);
  CHECK(std::isnan(nanmedian(x, 0).values[3].item<double>()));
  CHECK(nanmedian(tensor({4, 1, 3})).item<int>() == 3);
  CHECK(nanmedian(x, 1, keepdim).values.shape() == Shape{2, 1});
}

TEST_CASE("medians and quantiles stand where a sorted list has them", "[ops][sort]") {
  for (const std::int64_t n : {1, 2, 5, 8}) {
    const Tensor x = test::spread({n}, -2, 2);
    Doubles sorted = x.to_vector<double>();
    std::sort(sorted.begin(), sorted.end());
    CHECK(median(x).item<double>() == sorted[static_cast<std::size_t>((n - 1) / 2)]);
    for (const double q : {0.0, 0.25, 0.6, 1.0}) {
      const double place = q * static_cast<double>(n - 1);
      const double low = std::floor(place);
      const double a = sorted[static_cast<std::size_t>(low)];
      const double b = sorted[static_cast<std::size_t>(std::ceil(place))];
      CHECK(quantile(x, q).item<double>() == Approx(a + (b - a) * (place - low)));
    }
  }
  const Tensor x = tensor({{3, 1, 2, 4}, {0, 5, 5, 1}});
  CHECK(median(x).item<std::int64_t>() == 2);
  CHECK(median(x, 1).values.to_vector<std::int64_t>() == Ints{2, 1});
  CHECK(median(x, 1).indices.to_vector<std::int64_t>() == Ints{2, 3});
  CHECK(median(x, 0, keepdim).values.shape() == Shape{1, 4});
  CHECK(median(tensor(3)).item<std::int64_t>() == 3);
  CHECK(quantile(tensor(3.5), 0.2, 0).item<float>() == 3.5f);
}

TEST_CASE("a NaN is the median and every quantile", "[ops][sort]") {
  const Tensor x = Tensor::from_vector<double>({1, not_a_number, 0, not_a_number, 3, 2}, {2, 3});
  CHECK(std::isnan(median(x).item<double>()));
  CHECK(median(x, 1).indices.to_vector<std::int64_t>() == Ints{1, 0});
  CHECK(std::isnan(quantile(x, 0.0).item<double>()));
  CHECK(std::isnan(quantile(x, 0.5, 1)[1].item<double>()));
  CHECK(quantile(x, 0.5, 0)[2].item<double>() == 1);
}
