#include "tapegrad/ops/reduce/sum.hpp"

#include <cmath>
#include <limits>

#include "support/catch.hpp"
#include "support/op_table.hpp"
#include "support/values.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::OpRow;
using test::Tensors;

namespace {

/// A row of a function of one tensor of shape [2, 3, 4].
OpRow row(std::string_view name, Tensor (*f)(const Tensor&), const Shape& empty,
          const Shape& empty_result) {
  return {.name = name,
          .f = [f](const Tensors& x) { return f(x[0]); },
          .inputs = {{{2, 3, 4}}},
          .empty_inputs = {empty},
          .empty_result = empty_result};
}

const double infinite = std::numeric_limits<double>::infinity();
const double not_a_number = std::numeric_limits<double>::quiet_NaN();

}  // namespace

TEST_CASE("sums and means have their derivatives", "[ops][table]") {
  OpRow all = row("sum", [](const Tensor& x) { return sum(x); }, {0, 3}, {});
  all.refuses = {{"sum: dim 2 is out of range for rank 2",
                  [] {
                    sum(ones({2, 3}), {2});
                  }},
                 {"sum: dim -2 is given twice in [0, -2]",
                  [] {
                    sum(ones({2, 3}), {0, -2});
                  }},
                 {"sum_to: shape [2] doesn't broadcast to [2, 3]", [] {
                    sum_to(ones({2, 3}), {2});
                  }}};
  OpRow average = row("mean", [](const Tensor& x) { return mean(x); }, {0, 3}, {});
  average.refuses = {{"mean: needs a floating-point tensor, got int64",
                      [] { mean(ones({2}, {.dtype = int64})); }}};
  test::check_rows({
      all,
      row("sum", [](const Tensor& x) { return sum(x, 0); }, {0, 3}, {3}),
      row("sum",
          [](const Tensor& x) {
            return sum(x, {-1, 0}, keepdim);
          },
          {2, 0, 3}, {1, 0, 1}),
      row("sum",
          [](const Tensor& x) {
            return sum_to(x, {3, 1});
          },
          {0, 3, 1}, {3, 1}),
      average,
      row("mean", [](const Tensor& x) { return mean(x, 1); }, {0, 3}, {0}),
      row("mean",
          [](const Tensor& x) {
            return mean(x, {0, 2}, keepdim);
          },
          {0, 3, 0}, {1, 3, 1}),
  });
}

TEST_CASE("a sum of nothing is 0 and a mean of nothing is NaN", "[ops][reduce]") {
  CHECK(sum(zeros({0})).item<float>() == 0);
  CHECK(sum(zeros({2, 0}), 1).to_vector<float>() == std::vector<float>{0, 0});
  CHECK(std::isnan(mean(zeros({0})).item<float>()));
  CHECK(std::isnan(mean(zeros({0, 2}), 0).to_vector<float>()[1]));
}

TEST_CASE("sums of integers and booleans are int64", "[ops][reduce]") {
  const Tensor x = Tensor::from_vector<std::uint8_t>({200, 100, 3, 4}, {2, 2});
  CHECK(sum(x).dtype() == int64);
  CHECK(sum(x).item<std::int64_t>() == 307);
  CHECK(sum(x, 0).to_vector<std::int64_t>() == std::vector<std::int64_t>{203, 104});
  CHECK(sum(x > 50).item<std::int64_t>() == 2);
  CHECK(sum(Tensor::from_vector<std::int32_t>({2147483647, 1})).item<std::int64_t>() == 2147483648);
}

TEST_CASE("a float32 sum keeps the bound that RowSum states", "[ops][reduce]") {
  const std::int64_t n = 10'000'000;
  const Tensor x = full({n}, 0.1F);
  const double exact = static_cast<double>(0.1F) * static_cast<double>(n);
  // At most 2 float32 additions and the last rounding: 3 * 2^-24.
  CHECK(std::abs(sum(x).item<float>() - exact) <= 1.8e-7 * exact);
  CHECK(std::abs(mean(x).item<float>() - exact / n) <= 1.8e-7 * exact / n);
  const std::vector<float> columns = sum(x.view({n / 2, 2}), 0).to_vector<float>();
  CHECK(std::abs(columns[0] - exact / 2) <= 1.8e-7 * exact);
  const std::vector<float> strided = sum(x.view({n / 2, 2}).t(), 1).to_vector<float>();
  CHECK(std::abs(strided[1] - exact / 2) <= 1.8e-7 * exact);
}

TEST_CASE("a float64 sum does not lose small numbers beside a large total", "[ops][reduce]") {
  // Adding 1e-3 one by one to a total near 1e9 loses up to 6e-8 each time, 0.06 in the end.
  std::vector<double> values(1'000'001, 1e-3);
  values[0] = 1e9;
  CHECK(std::abs(sum(Tensor::from_vector(std::move(values))).item<double>() - 1000001000.0) < 1e-4);
}

TEST_CASE("elements that aren't 0 are counted", "[ops][reduce]") {
  const Tensor x = Tensor::from_vector<double>({0, 1, not_a_number, 0, 0, 0}, {2, 3});
  CHECK(count_nonzero(x).dtype() == int64);
  CHECK(count_nonzero(x).item<std::int64_t>() == 2);
  CHECK(count_nonzero(x, 0).to_vector<std::int64_t>() == std::vector<std::int64_t>{0, 1, 1});
  CHECK(any(x, 1).dtype() == boolean);
  CHECK(any(x, 1).to_vector<bool>() == std::vector<bool>{true, false});
  CHECK(any(x, {0, 1}, keepdim).shape() == Shape{1, 1});
  CHECK_FALSE(all(x).item<bool>());
  CHECK(all(x == 0, 1).to_vector<bool>() == std::vector<bool>{false, true});
  CHECK_FALSE(any(zeros({0})).item<bool>());
  CHECK(all(zeros({0})).item<bool>());
  CHECK(any(Tensor::from_vector<std::int32_t>({0, 256})).item<bool>());
  CHECK_THROWS_WITH(any(x, 2), Catch::Matchers::StartsWith("any: dim 2 is out of range"));
  CHECK_THROWS_WITH(all(x, 2), Catch::Matchers::StartsWith("all: dim 2 is out of range"));
}

TEST_CASE("sums and means without NaNs have their derivatives", "[ops][table]") {
  test::check_rows({row("sum", [](const Tensor& x) { return nansum(square(x), 1); }, {0, 3}, {0}),
                    row("div",
                        [](const Tensor& x) {
                          return nanmean(square(x), {0, 2}, keepdim);
                        },
                        {0, 3, 0}, {1, 3, 1})});
}

TEST_CASE("nansum and nanmean leave NaNs out, and give them no gradient", "[ops][reduce]") {
  const Tensor x = Tensor::from_vector<double>({1, not_a_number, 5, not_a_number}).requires_grad_();
  CHECK(nansum(x).item<double>() == 6);
  CHECK(nanmean(x).item<double>() == 3);
  CHECK(nansum(x, 0, keepdim).shape() == Shape{1});
  nanmean(x).backward();
  CHECK(x.grad().to_vector<double>() == std::vector<double>{0.5, 0, 0.5, 0});
  CHECK(nansum(full({2}, not_a_number)).item<float>() == 0);
  CHECK(std::isnan(nanmean(full({2}, not_a_number)).item<float>()));
  CHECK(nansum(tensor({true, true})).item<std::int64_t>() == 2);
  CHECK_THROWS_AS(nanmean(tensor({1, 2})), DTypeError);
}

TEST_CASE("infinities and NaN pass through sums", "[ops][reduce]") {
  for (const DType dtype : {float32, float64}) {
    for (const std::int64_t n : {3, 40, 9000}) {
      Tensor x = ones({n}, {.dtype = dtype});
      x.select(0, n / 2).fill_(infinite);
      CHECK(sum(x).item<double>() == infinite);
      CHECK(sum(x.view({n, 1}).expand({n, 2}), 0).select(0, 1).item<double>() == infinite);
      x.select(0, 1).fill_(-infinite);
      if (n > 3) CHECK(std::isnan(sum(x).item<double>()));
      x.select(0, 0).fill_(not_a_number);
      CHECK(std::isnan(sum(x).item<double>()));
    }
  }
}
