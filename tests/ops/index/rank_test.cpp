#include "tapegrad/ops/index/rank.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "support/catch.hpp"
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
  test::check_rows({middle, part});
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
