// The operations with several results: rows of the operation table, and values.
#include <cmath>
#include <vector>

#include "support/catch.hpp"
#include "support/errors.hpp"
#include "support/op_table.hpp"
#include "support/values.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/shape.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::error_of;
using test::OpRow;
using test::Tensors;

namespace {

using Pair = std::pair<Tensor, Tensor>;

OpRow pair_row(std::string_view name, Pair (*f)(const Tensor&, const Dims&, Keepdim, double)) {
  return {.name = name,
          .f =
              [f](const Tensors& x) {
                const auto both = f(x[0], {1}, Keepdim::no, 1);
                return both.first * exp(both.second);
              },
          .inputs = {{{2, 4, 3}, 0.5, 2}},
          .empty_inputs = {{0, 4, 3}},
          .empty_result = {0, 3},
          .broadcast_inputs = false};  // equal elements have a deviation of 0
}

}  // namespace

TEST_CASE("operations with several results have their derivatives", "[ops][table][several]") {
  test::check_rows({
      {.name = "split",
       .f =
           [](const Tensors& x) {
             const auto parts = split(x[0], {2, 1, 0, 2}, 1);
             return parts[0] * exp(parts[3]) + square(parts[1]);
           },
       .inputs = {{{2, 5}}},
       .empty_inputs = {{0, 5}},
       .empty_result = {0, 2},
       .refuses = {{"split: the sizes add up to 3, dim 0 of shape [2] has 2",
                    [] {
                      split(ones({2}), {1, 2});
                    }}}},
      {.name = "split",
       .f = [](const Tensors& x) { return exp(chunk(x[0], 3, -2)[1]); },
       .inputs = {{{5, 2}}},
       .empty_inputs = {{0, 2}},
       .empty_result = {0, 2}},
      {.name = "split",
       .f =
           [](const Tensors& x) {
             const auto parts = chunk(x[0], 2, 1);
             return parts[0] * exp(parts[1]);
           },
       .inputs = {{{2, 4}}},
       .empty_inputs = {{0, 4}},
       .empty_result = {0, 2}},
      {.name = "split",
       .f = [](const Tensors& x) { return exp(chunk(x[0], 2, 1)[0]); },
       .inputs = {{{2, 4}}},
       .empty_inputs = {{0, 4}},
       .empty_result = {0, 2}},
      pair_row("var_mean", var_mean),
      {.name = "var_mean",
       .f = [](const Tensors& x) { return var_mean(square(x[0])).first; },
       .inputs = {{{2, 3}}},
       .never_empty = "the mean of nothing is NaN"},
      pair_row("std_mean", std_mean),
      {.name = "std_mean",
       .f = [](const Tensors& x) { return std_mean(square(x[0])).second; },
       .inputs = {{{2, 3}}},
       .never_empty = "the mean of nothing is NaN"},
  });
}

TEST_CASE("var_mean and std_mean give what their parts give", "[ops][several]") {
  const std::vector<double> values{1, 2, 4, 8, 16, 32};
  const Tensor x = tensor(values).reshape({2, 3});
  for (const double correction : {0.0, 1.0}) {
    const Pair both = var_mean(x, 1, Keepdim::yes, correction);
    const Pair roots = std_mean(x, {1}, Keepdim::no, correction);
    for (std::size_t row = 0; row < 2; ++row) {
      const double* v = values.data() + 3 * row;
      const long double mean = (v[0] + v[1] + v[2]) / 3.0L;
      long double squares = 0;
      for (int i = 0; i < 3; ++i) squares += (v[i] - mean) * (v[i] - mean);
      const auto variance = static_cast<double>(squares / (3 - correction));
      const auto r = static_cast<std::int64_t>(row);
      CHECK(both.first[r][0].item<double>() == Approx(variance).epsilon(1e-15));
      CHECK(both.second[r][0].item<double>() == Approx(static_cast<double>(mean)).epsilon(1e-15));
      CHECK(roots.first[r].item<double>() == Approx(std::sqrt(variance)).epsilon(1e-15));
      CHECK(roots.second[r].item<double>() == both.second[r][0].item<double>());
    }
  }
  const auto [variance, mean] = var_mean(x);
  CHECK(variance.item<double>() == Approx(140.7).epsilon(1e-14));
  CHECK(mean.item<double>() == 10.5);
  CHECK(error_of([] { std_mean(arange(3)); }).find("std_mean: ") == 0);
  CHECK(error_of([&] { var_mean(x, 2); }).find("var_mean: ") == 0);
}
