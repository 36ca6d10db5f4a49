#include "tapegrad/ops/reduce/variance.hpp"

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

}  // namespace

TEST_CASE("variance and standard deviation have their derivatives", "[ops][table]") {
  OpRow spread_of_all = row("var", [](const Tensor& x) { return var(x); }, {0, 3}, {});
  spread_of_all.refuses = {
      {"var: needs a floating-point tensor, got int32", [] { var(ones({2}, {.dtype = int32})); }},
      {"std: needs a floating-point tensor, got bool", [] { tapegrad::std(ones({2}) > 0); }},
      {"var: dim 1 is out of range", [] { var(ones({2}), 1); }},
      {"std: dim 0 is given twice", [] {
         tapegrad::std(ones({2}), {0, 0});
       }}};
  test::check_rows({
      spread_of_all,
      row("var",
          [](const Tensor& x) {
            return var(x, {0, 2}, keepdim, 0);
          },
          {2, 0, 3}, {1, 0, 1}),
      row("std", [](const Tensor& x) { return tapegrad::std(x); }, {0}, {}),
      row("std", [](const Tensor& x) { return tapegrad::std(x, 1, keepdim); }, {2, 3, 0},
          {2, 1, 0}),
  });
}

TEST_CASE("variance and standard deviation follow the correction", "[ops][reduce]") {
  // https://en.wikipedia.org/wiki/Standard_deviation#Basic_examples
  const Tensor grades = Tensor::from_vector<double>({2, 4, 4, 4, 5, 5, 7, 9});
  CHECK(var(grades, {}, Keepdim::no, 0).item<double>() == 4);
  CHECK(tapegrad::std(grades, {}, Keepdim::no, 0).item<double>() == 2);
  CHECK(var(grades).item<double>() == Approx(32.0 / 7));
  CHECK(tapegrad::std(grades, 0).item<double>() == Approx(std::sqrt(32.0 / 7)));
  CHECK(std::isnan(var(ones({1})).item<float>()));
  CHECK(std::isnan(var(ones({0})).item<float>()));
  CHECK(var(grades, {}, Keepdim::no, 9).item<double>() == infinite);
}

TEST_CASE("the variance of numbers far from 0 keeps its digits", "[ops][reduce]") {
  // The textbook formula mean(x^2) - mean(x)^2 gives 0 or worse here in float32.
  const Tensor x = (test::spread({1000}, -1, 1) + 10000.0).to(float32);
  const Tensor exact = var(x.to(float64));
  CHECK(std::abs(var(x).item<float>() / exact.item<double>() - 1) < 1e-5);
}

TEST_CASE("where the standard deviation is 0 its derivative is 0", "[ops][reduce]") {
  Tensor x = Tensor::from_vector<double>({3, 3, 3, 1, 2, 3}, {2, 3});
  x.requires_grad_();
  sum(tapegrad::std(x, 1)).backward();
  const std::vector<double> g = x.grad().to_vector<double>();
  CHECK(std::vector<double>(g.begin(), g.begin() + 3) == std::vector<double>{0, 0, 0});
  CHECK(g[3] == Approx(-0.5));
}

TEST_CASE("covariances and correlations have their derivatives", "[ops][table]") {
  test::check_rows({
      {.name = "matmul",
       .f = [](const Tensors& x) { return cov(x[0], 0); },
       .inputs = {{{3, 4}}},
       .empty_inputs = {{0, 3}},
       .empty_result = {0, 0},
       .refuses = {{"cov: needs a floating-point tensor, got int64",
                    [] {
                      cov(tensor({1, 2}));
                    }},
                   {"cov: shape [1, 2, 3]; a matrix has a variable in each row",
                    [] {
                      cov(ones({1, 2, 3}));
                    }},
                   {"corrcoef: shape [1, 2, 3]",
                    [] {
                      corrcoef(ones({1, 2, 3}));
                    }}}},
      {.name = "matmul",
       .f = [](const Tensors& x) { return cov(x[0]); },
       .inputs = {{{5}}},
       .empty_inputs = {{0}},
       .empty_result = {}},
      // The diagonal is 1, whose derivative is nothing but rounding.
      {.name = "clamp",
       .f = [](const Tensors& x) { return corrcoef(sin(5 * x[0]))[0][1]; },
       .inputs = {{{2, 5}}},
       .empty_inputs = {{2, 0}},
       .empty_result = {},
       .narrow_roundings = 32},
  });
}

// The numbers are those of numpy 2.4 and torch 2.13.
TEST_CASE("covariances and correlations are numpy's", "[ops][reduce]") {
  const Tensor x =
      tensor({{1.0, 2.0, 4.0, 7.0}, {3.0, 1.0, -2.0, 0.5}, {2.0, 2.0, 5.0, 1.0}}, float64);
  const Tensor expected = tensor({{7.0, -2.75, -0.6666666666666666},
                                  {-2.75, 4.229166666666666, -2.583333333333333},
                                  {-0.6666666666666666, -2.583333333333333, 3.0}},
                                 float64);
  CHECK(test::difference(cov(x), expected, 1e-14, 1e-14) == "");
  CHECK(test::difference(x.cov(0), expected * 0.75, 1e-14, 1e-14) == "");
  const double ab = -0.5054244807092461, ac = -0.14547859349066158, bc = -0.725257819888383;
  const Tensor related = tensor({{1, ab, ac}, {ab, 1, bc}, {ac, bc, 1}}, float64);
  CHECK(test::difference(corrcoef(x), related, 1e-14, 1e-14) == "");
  CHECK(cov(x[0]).shape() == Shape{});
  CHECK(cov(x[0].unsqueeze(0)).shape() == Shape{});
  CHECK(corrcoef(x[0].unsqueeze(0)).shape() == Shape{});
  CHECK(cov(x[0]).item<double>() == Approx(7));
  CHECK(corrcoef(x[0]).item<double>() == 1);
  CHECK(std::isnan(cov(tensor(3.0)).item<double>()));
  CHECK(std::isnan(cov(ones({2, 1}))[0][0].item<double>()));
  const Tensor flat = corrcoef(tensor({{1.0, 2.0, 4.0}, {5.0, 5.0, 5.0}}));
  CHECK(flat[0][0].item<double>() == Approx(1));
  CHECK(std::isnan(flat[0][1].item<double>()));
  Tensor leaf = x.clone().requires_grad_();
  sum(corrcoef(leaf) * arange(9, float64).view({3, 3})).backward();
  CHECK(leaf.grad()[0][1].item<double>() == Approx(-0.426599446192532).epsilon(1e-12));
  CHECK(leaf.grad()[2][3].item<double>() == Approx(0.25184072983622785).epsilon(1e-12));
}
