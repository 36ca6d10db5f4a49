#include "tapegrad/ops/reduce/norm.hpp"

#include <cmath>
#include <limits>

#include "support/catch.hpp"
#include "support/kinks.hpp"
#include "support/op_table.hpp"
#include "support/values.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/gradcheck.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/linalg.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::kink;
using test::OpRow;
using test::Tensors;
using Doubles = std::vector<double>;

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

Tensor vector(Doubles values) { return Tensor::from_vector(std::move(values)); }

OpRow row(double p, const Dims& dims, Keepdim keep, const Shape& empty_result) {
  return {.name = "norm",
          .f = [=](const Tensors& x) { return norm(x[0], p, dims, keep); },
          .inputs = {{{2, 3, 4}, p == 2 ? -2 : 0.5, 2}},
          .empty_inputs = {{2, 3, 0}},
          .empty_result = empty_result,
          .float32_tolerance = 1e-5,
          .tolerance = 1e-8};
}

}  // namespace

TEST_CASE("norms and distances have their derivatives", "[ops][table]") {
  OpRow plain = row(2, {}, Keepdim::no, {});
  plain.refuses = {{"norm: needs a floating-point tensor, got int64",
                    [] {
                      norm(tensor({1, 2}));
                    }},
                   {"norm: p is NaN", [] { norm(ones({2}), std::nan("")); }},
                   {"norm: dim 1 is out of range for rank 1", [] { norm(ones({2}), 2, 1); }}};
  std::vector<OpRow> rows{plain,
                          row(2, {0, 2}, keepdim, {1, 3, 1}),
                          row(1, 1, Keepdim::no, {2, 0}),
                          row(3, -1, Keepdim::no, {2, 3}),
                          row(0.5, {0, 1}, Keepdim::no, {0}),
                          row(-2, 0, Keepdim::no, {3, 0})};
  rows[2].no_third_order = "it is linear";
  rows.push_back({.name = "cdist",
                  .f = [](const Tensors& x) { return cdist(x[0], x[1]); },
                  .inputs = {{{2, 3, 4}}, {{2, 4}, 3, 5}},
                  .empty_inputs = {{0, 3, 4}, {2, 4}},
                  .empty_result = {0, 3, 2},
                  .refuses = {{"cdist: needs rows of one length: shapes [2, 3] and [2, 4]",
                               [] {
                                 cdist(ones({2, 3}), ones({2, 4}));
                               }},
                              {"cdist: shapes don't broadcast: [2, 5, 3] and [4, 6, 3] have "
                               "sizes 2 and 4 in dim -3",
                               [] {
                                 cdist(ones({2, 5, 3}), ones({4, 6, 3}));
                               }},
                              {"cdist: shapes don't broadcast: [2, 5, 3] and [4, 6, 3] have "
                               "sizes 2 and 4 in dim -3",
                               [] {
                                 cdist(ones({2, 5, 3}), ones({4, 6, 3}), 1);
                               }}},
                  .float32_tolerance = 1e-5});
  rows.push_back({.name = "norm",
                  .f = [](const Tensors& x) { return nn::pairwise_distance(x[0], x[1]); },
                  .inputs = {{{3, 4}}, {{4}, 3, 5}},
                  .empty_inputs = {{0, 4}, {4}},
                  .empty_result = {0},
                  .float32_tolerance = 1e-5});
  rows.push_back({.name = "norm",
                  .f = [](const Tensors& x) { return nn::cosine_similarity(x[0], x[1], -1); },
                  .inputs = {{{3, 4}}, {{4}, 1, 2}},
                  .empty_inputs = {{0, 4}, {4}},
                  .empty_result = {0},
                  .float32_tolerance = 1e-5});
  test::check_rows(rows);
}

TEST_CASE("norms are the roots of sums of powers", "[ops][norm]") {
  const Tensor x = test::spread({7, 5}, -2, 2);
  for (const double p : {2.0, 1.0, 3.0, 0.5, -1.0}) {
    long double sum = 0;
    for (const double v : x.to_vector<double>()) sum += std::pow(std::abs(v), p);
    const double exact = static_cast<double>(std::pow(sum, 1 / static_cast<long double>(p)));
    CHECK(norm(x, p).item<double>() == Approx(exact).epsilon(1e-13));
  }
  const Tensor y = vector({3, 0, -4, 0});
  CHECK(norm(y).item<double>() == 5);
  CHECK(norm(y, infinite).item<double>() == 4);
  CHECK(norm(y, -infinite).item<double>() == 0);
  CHECK(norm(y, 0).item<double>() == 2);
  CHECK(norm(y, -1).item<double>() == 0);
  CHECK(norm(y.reshape({2, 2}), 1, 1, keepdim).to_vector<double>() == Doubles{3, 4});
  CHECK(norm(zeros({0})).item<float>() == 0);
  CHECK(norm(full({}, -2.5)).item<float>() == 2.5f);
  CHECK(std::isnan(norm(vector({1, std::nan("")})).item<double>()));
  CHECK(norm(vector({1, -infinite})).item<double>() == infinite);
  CHECK(dist(vector({1, 2}), vector({4, 6})).item<double>() == 5);
}

TEST_CASE("a norm neither overflows nor vanishes with its squares", "[ops][norm]") {
  CHECK(norm(tensor({3e30f, 4e30f})).item<float>() == Approx(5e30));
  CHECK(norm(tensor({3e-30f, 4e-30f})).item<float>() == Approx(5e-30));
  CHECK(norm(vector({3e-200, 4e-200, 0})).item<double>() == Approx(5e-200));
  const Tensor rows = norm(tensor({{3e30f, 4e30f}, {3.0f, 4.0f}, {0.0f, 0.0f}}), 2, 1);
  CHECK(test::difference(rows, tensor({5e30f, 5.0f, 0.0f}), 1e-6, 0) == "");
}

TEST_CASE("the derivative of a norm is 0 where its kink is", "[ops][kink]") {
  const auto of = [](double p) { return [p](const Tensor& x) { return norm(x, p, 0, keepdim); }; };
  test::check_kinks({
      kink("norm", of(2), {0}, {0}, {0}, {0}),
      kink("norm", of(1), {0}, {0}, {0}, {0}),
      kink("norm", of(3), {0}, {0}, {0}, {0}),
      kink("norm", of(0.5), {0}, {0}, {0}, {0}),
      kink("norm", of(0), {0}, {0}, {0}, {0}),
      kink("norm", of(infinite), {0}, {0}, {0}, {0}),
      kink("cdist",
           [](const Tensor& x) {
             return cdist(x.reshape({1, 1}), full({1, 1}, 2, {.dtype = x.dtype()})).reshape({1});
           },
           {2}, {0}, {0}, {0}),
      kink("dist",
           [](const Tensor& x) { return dist(x, full({1}, 2, {.dtype = x.dtype()})).reshape({1}); },
           {2}, {0}, {0}, {0}),
  });
  const Tensor x = vector({3, -3, 1}).requires_grad_();
  CHECK(grad({norm(x, infinite)}, {x})[0].to_vector<double>() == Doubles{0.5, -0.5, 0});
}

TEST_CASE("the second derivative of a norm is 0 where all elements are, and no NaN",
          "[ops][kink]") {
  Tensor x = zeros({3}, {.dtype = float64, .requires_grad = true});
  for (const double p : {2.0, 3.0}) {
    const Tensor g = grad({norm(x, p)}, {x}, {.create_graph = true})[0];
    CHECK(grad({g.sum()}, {x})[0].to_vector<double>() == std::vector<double>(3, 0));
  }
}

// The Hessian of |x| is (1 - x xT / |x|^2) / |x|: 1 / 5 at (3, 0, 4) where x is 0.
TEST_CASE("a norm is smooth where one element is 0", "[ops][norm]") {
  const auto length = [](const Tensor& x) { return norm(x); };
  const Tensor x = vector({3, 0, 4}).requires_grad_();
  CHECK(check_grad3(length, x));
  CHECK(hvp(length, x, vector({0, 1, 0})).second.to_vector<double>() == Doubles{0, 0.2, 0});
  const Tensor product = vector({1, 0, -1}).requires_grad_();
  CHECK(check_grad2([](const Tensor& v) { return norm(outer(v, v) + 1, 2, 1); }, product));
  const Tensor rows = vector({1, 0, 2, 0, 2, 1}).reshape({2, 3}).requires_grad_();
  const Tensor others = vector({1, 2, 0.5, 0, 3, 4}).reshape({2, 3}).requires_grad_();
  CHECK(check_grad2([](const Tensor& a, const Tensor& b) { return cdist(a, b); }, rows, others));
  CHECK(check_grad2([](const Tensor& a, const Tensor& b) { return nn::cosine_similarity(a, b); },
                    rows, others));
}

TEST_CASE("distances of rows are those of each pair", "[ops][norm]") {
  for (const std::int64_t k : {0, 1, 2, 5, 256, 700}) {
    for (const std::int64_t m : {1, 7, 33}) {
      for (const DType dtype : {float32, float64}) {
        const Tensor a = test::spread({5, k}, -1, 1).to(dtype);
        const Tensor b = test::spread({k, m}, -1, 1, 3).to(dtype).t();
        const std::vector<double> x = a.to_vector<double>(), y = b.to_vector<double>();
        Doubles expected;
        for (std::int64_t i = 0; i < 5; ++i) {
          for (std::int64_t j = 0; j < m; ++j) {
            long double sum = 0;
            for (std::int64_t l = 0; l < k; ++l) {
              const long double d =
                  static_cast<long double>(x[static_cast<std::size_t>(i * k + l)]) -
                  y[static_cast<std::size_t>(j * k + l)];
              sum += d * d;
            }
            expected.push_back(static_cast<double>(std::sqrt(sum)));
          }
        }
        // A sum of 256 squares of one sign is off by less than as many roundings.
        const double tolerance = dtype == float32 ? 256 * 0x1p-24 : 256 * 0x1p-53;
        CHECK(test::difference(cdist(a, b).to(float64), vector(expected).reshape({5, m}), tolerance,
                               0) == "");
      }
    }
  }
}

TEST_CASE("distances lose no digits to squares that overflow or vanish", "[ops][norm]") {
  constexpr float inf = std::numeric_limits<float>::infinity();
  const Tensor a = tensor({{3e30f, 0.0f}, {3e-30f, 0.0f}, {inf, 0.0f}, {std::nanf(""), 0.0f}});
  const Tensor b = tensor({{0.0f, 4e30f}, {0.0f, 4e-30f}, {0.0f, 0.0f}});
  const std::vector<float> y = cdist(a, b).to_vector<float>();
  CHECK(y[0] == Approx(5e30));
  CHECK(y[4] == Approx(5e-30));
  CHECK(y[5] == 3e-30f);
  CHECK(y[6] == inf);
  CHECK(std::isnan(y[9]));
  CHECK(cdist(b, b).diagonal().to_vector<float>() == std::vector<float>(3, 0));
  CHECK(cdist(a.to(float64), b).dtype() == float64);
}

TEST_CASE("the derivative of a norm has the sign of each element, and is 0 where another one rules",
          "[ops][norm]") {
  const auto slopes = [](const Doubles& at, double p) {
    const Tensor x = vector(at).requires_grad_();
    return grad({norm(x, p)}, {x})[0].to_vector<double>();
  };
  const Doubles cubes = slopes({-1, 2, 0}, 3);
  CHECK(cubes[0] == Approx(-1 / std::pow(9, 2 / 3.0)));
  CHECK(cubes[1] == Approx(4 / std::pow(9, 2 / 3.0)));
  CHECK(cubes[2] == 0);
  CHECK(
      check_grad2([](const Tensor& v) { return norm(v, 3); }, vector({-1, 2, 0}).requires_grad_()));
  CHECK(slopes({-1, 4, 0}, 0.5) == Doubles{-3, 1.5, 0});  // sign(x) sqrt(y / |x|) of y = 9
  CHECK(slopes({2, 2, -1}, -1) == Doubles{0.0625, 0.0625, -0.25});  // (y / x)^2 of y = 1/2
  CHECK(slopes({-1, 2, 0}, -1) == Doubles{0, 0, 0});                // -1 and 1/4 before
}

TEST_CASE("distances and cosines are those of PyTorch", "[ops][norm]") {
  const Tensor a = vector({1, 2, 3, 4}).reshape({2, 2});
  const Tensor b = vector({2, 2, 3, -4}).reshape({2, 2});
  // pairwise_distance adds eps to each difference.
  CHECK(nn::pairwise_distance(a, b).to_vector<double>()[1] == Approx(8.000001));
  CHECK(nn::pairwise_distance(a, b, 1, 0, keepdim).to_vector<double>() == Doubles{1, 8});
  const Doubles cosine = nn::cosine_similarity(a, b).to_vector<double>();
  CHECK(cosine[0] == Approx(6 / std::sqrt(40)));
  CHECK(cosine[1] == Approx(-7.0 / 25));
  CHECK(nn::cosine_similarity(zeros({2}), ones({2}), 0).item<float>() == 0);
}
