#include "tapegrad/ops/index/sort.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include "support/catch.hpp"
#include "support/errors.hpp"
#include "support/op_table.hpp"
#include "support/values.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/index.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/shape.hpp"
#include "tapegrad/random.hpp"
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
          .inputs = {{{2, 5, 3}}},
          .empty_inputs = {{0, 5, 3}},
          .empty_result = empty_result,
          .broadcast_inputs = false};
}

}  // namespace

TEST_CASE("sorting and ranks have their derivatives", "[ops][table]") {
  OpRow some = row("gather", [](const Tensor& x) { return topk(x, 2, 1).values; }, {0, 2, 3});
  some.refuses = {{"topk: 3 elements of 2: shape [2], dim -1", [] { topk(ones({2}), 3); }},
                  {"topk: dim 1 is out of range", [] { topk(ones({2}), 1, 1); }}};
  OpRow kth = row("gather", [](const Tensor& x) { return kthvalue(x, 4, 1).values; }, {0, 3});
  kth.refuses = {{"kthvalue: element 0 of 2: shape [2], dim -1", [] { kthvalue(ones({2}), 0); }}};
  const OpRow places{.name = "argsort",
                     .f = [](const Tensors& x) { return argsort(x[0], 0, true); },
                     .inputs = {{{3, 2}}},
                     .empty_inputs = {{0, 2}},
                     .empty_result = {0, 2},
                     .refuses = {{"argsort: dim 2 is out of range",
                                  [] {
                                    argsort(ones({2, 2}), 2);
                                  }}},
                     .differentiable = false};
  const OpRow place{.name = "kthvalue",
                    .f = [](const Tensors& x) { return kthvalue(x[0], 1, 0).indices; },
                    .inputs = {{{3, 2}}},
                    .empty_inputs = {{3, 0}},
                    .empty_result = {0},
                    .differentiable = false};
  test::check_rows(
      {row("gather", [](const Tensor& x) { return sort(x, 1).values; }, {0, 5, 3}),
       row("gather", [](const Tensor& x) { return sort(x, -1, true).values; }, {0, 5, 3}), some,
       kth, places, place});
}

TEST_CASE("sort is stable and agrees with the standard library", "[ops][sort]") {
  for (const std::int64_t n : {1, 2, 17, 300}) {
    Doubles values;
    for (std::int64_t i = 0; i < n; ++i) values.push_back(static_cast<double>(i * 7919 % 31));
    const Tensor x = Tensor::from_vector(Doubles(values));
    Ints expected(static_cast<std::size_t>(n));
    std::iota(expected.begin(), expected.end(), 0);
    const auto at = [&](std::int64_t i) { return values[static_cast<std::size_t>(i)]; };
    std::stable_sort(expected.begin(), expected.end(),
                     [&](std::int64_t a, std::int64_t b) { return at(a) < at(b); });
    for (const DType dtype : {uint8, int32, int64, float32, float64}) {
      CHECK(argsort(x.to(dtype)).to_vector<std::int64_t>() == expected);
    }
    std::stable_sort(expected.begin(), expected.end(),
                     [&](std::int64_t a, std::int64_t b) { return at(a) > at(b); });
    CHECK(argsort(x, 0, true).to_vector<std::int64_t>() == expected);
    const std::int64_t k = (n + 1) / 2;
    expected.resize(static_cast<std::size_t>(k));
    CHECK(topk(x, k).indices.to_vector<std::int64_t>() == expected);
  }
}

TEST_CASE("long lines of any bits come in their order, equal ones as they stood", "[ops][sort]") {
  const auto check = [](DType dtype, const Doubles& values) {
    const auto n = static_cast<std::int64_t>(values.size());
    const Tensor column = Tensor::from_vector(Doubles(values)).to(dtype).unsqueeze(1);
    const Tensor x = cat({column, column}, 1);  // lines with gaps
    const auto less = [&](std::int64_t i, std::int64_t j) {
      const double a = values[static_cast<std::size_t>(i)];
      const double b = values[static_cast<std::size_t>(j)];
      return std::isnan(b) ? !std::isnan(a) : a < b;
    };
    Ints expected(static_cast<std::size_t>(n));
    std::iota(expected.begin(), expected.end(), 0);
    std::stable_sort(expected.begin(), expected.end(), less);
    CHECK(argsort(x, 0).select(1, 1).to_vector<std::int64_t>() == expected);
    std::iota(expected.begin(), expected.end(), 0);
    std::stable_sort(expected.begin(), expected.end(),
                     [&](std::int64_t i, std::int64_t j) { return less(j, i); });
    CHECK(argsort(column, 0, true).reshape({n}).to_vector<std::int64_t>() == expected);
  };
  constexpr double infinity = std::numeric_limits<double>::infinity();
  Generator g(3);
  for (const std::int64_t n : {511, 512, 513, 5000}) {
    Doubles some = randn({n}, {}, g).to_vector<double>();  // each is a float
    for (std::size_t i = 0; i < some.size(); i += 7) some[i] = some[i / 2];
    const Doubles special = {0, -0.0, infinity, -infinity, not_a_number, -not_a_number, 0x1p-140};
    for (std::size_t i = 0; i < special.size(); ++i) {
      some[i * 40 + 3] = special[i];
      some[i * 61 + 5] = special[i];
    }
    check(float32, some);
    check(float64, some);
    for (double& value : some) value *= 1e-310;
    check(float64, some);
    Doubles whole;
    for (const double value : some)
      whole.push_back(std::isfinite(value) ? std::trunc(value * 0x1p1020 * 0x1p30) : -0x1p62);
    check(int64, whole);
  }
}

TEST_CASE("NaN is larger than every number", "[ops][sort]") {
  const Tensor x = Tensor::from_vector<double>({not_a_number, 1, not_a_number, -1});
  CHECK(argsort(x).to_vector<std::int64_t>() == Ints{3, 1, 0, 2});
  CHECK(argsort(x, 0, true).to_vector<std::int64_t>() == Ints{0, 2, 1, 3});
  CHECK(topk(x, 1).indices.item<std::int64_t>() == 0);
  CHECK(kthvalue(x, 2).values.item<double>() == 1);
}

TEST_CASE("sorting works along any dimension of any layout", "[ops][sort]") {
  const Tensor x = tensor({{3, 1, 2}, {0, 5, 4}});
  CHECK(sort(x).values.to_vector<std::int64_t>() == Ints{1, 2, 3, 0, 4, 5});
  CHECK(sort(x, 0).values.to_vector<std::int64_t>() == Ints{0, 1, 2, 3, 5, 4});
  CHECK(sort(x.t(), 0).values.to_vector<std::int64_t>() == Ints{1, 0, 2, 4, 3, 5});
  CHECK(sort(x, 1, true).indices.to_vector<std::int64_t>() == Ints{0, 2, 1, 1, 2, 0});
  CHECK(topk(x, 1, 0, false).values.to_vector<std::int64_t>() == Ints{0, 1, 2});
  CHECK(topk(x, 0).values.shape() == Shape{2, 0});
  CHECK(kthvalue(x, 2, 1).values.to_vector<std::int64_t>() == Ints{2, 4});
  CHECK(kthvalue(x, 2, 1, keepdim).indices.shape() == Shape{2, 1});
  CHECK(sort(tensor(3)).values.item<std::int64_t>() == 3);
  CHECK(sort(tensor(3)).indices.dim() == 0);
  CHECK(sort(zeros({2, 0})).values.shape() == Shape{2, 0});
  CHECK(sort(tensor({true, false})).values.dtype() == boolean);
}

TEST_CASE("unique lists the values, where they are and how often", "[ops][sort]") {
  const Unique u = unique(tensor({{3, 1, 3}, {2, 1, 3}}));
  CHECK(u.values.to_vector<std::int64_t>() == Ints{1, 2, 3});
  CHECK(u.inverse.to_vector<std::int64_t>() == Ints{2, 0, 2, 1, 0, 2});
  CHECK(u.inverse.shape() == Shape{2, 3});
  CHECK(u.counts.to_vector<std::int64_t>() == Ints{2, 1, 3});
  const Tensor values = unique(tensor({3, 1, 3}));
  CHECK(values.to_vector<std::int64_t>() == Ints{1, 3});
  CHECK(unique(zeros({0})).values.shape() == Shape{0});
  CHECK(unique(tensor(4)).counts.to_vector<std::int64_t>() == Ints{1});
  CHECK(unique(Tensor::from_vector<double>({not_a_number, 1, not_a_number})).values.numel() == 3);
}

TEST_CASE("unique slices are rows in order", "[ops][sort]") {
  const Tensor x = tensor({{2, 1}, {1, 5}, {2, 1}, {1, 3}, {1, 5}, {2, 1}});
  const Unique u = unique(x, 0);
  CHECK(u.values.to_vector<std::int64_t>() == Ints{1, 3, 1, 5, 2, 1});
  CHECK(u.values.shape() == Shape{3, 2});
  CHECK(u.inverse.to_vector<std::int64_t>() == Ints{2, 1, 2, 0, 1, 2});
  CHECK(u.counts.to_vector<std::int64_t>() == Ints{1, 2, 3});
  const Unique columns = unique(x.t(), 1);
  CHECK(columns.values.to_vector<std::int64_t>() == Ints{1, 1, 2, 3, 5, 1});
  CHECK(columns.counts.to_vector<std::int64_t>() == Ints{1, 2, 3});
  CHECK(unique(tensor({3, 1, 3}), -1).values.to_vector<std::int64_t>() == Ints{1, 3});
  CHECK(unique(tensor(3), 0).values.to_vector<std::int64_t>() == Ints{3});
  CHECK(unique(zeros({0, 4}), 0).values.shape() == Shape{0, 4});
  const Tensor holed = Tensor::from_vector<double>({1, not_a_number, 1, not_a_number}, {2, 2});
  CHECK(unique(holed, 0).values.shape() == Shape{2, 2});
  CHECK(test::error_of([] {
          unique(zeros({2, 0}), 0);
        }) == "unique: slices without elements: shape [2, 0], dim 0");
}

TEST_CASE("unique slices of many are those of a map", "[ops][sort]") {
  manual_seed(3);
  const Tensor x = randint(-2, 2, {500, 3, 2});
  std::map<Ints, std::int64_t> counts;
  for (const Tensor& row : x) ++counts[row.to_vector<std::int64_t>()];
  const Unique u = unique(x, 0);
  REQUIRE(u.values.size(0) == static_cast<std::int64_t>(counts.size()));
  std::int64_t at = 0;
  for (const auto& [row, count] : counts) {
    CHECK(u.values[at].to_vector<std::int64_t>() == row);
    CHECK(u.counts[at++].item<std::int64_t>() == count);
  }
  CHECK(equal(index_select(u.values, 0, u.inverse), x));
}
