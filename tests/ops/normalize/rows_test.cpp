#include <cmath>
#include <vector>

#include "support/catch.hpp"
#include "support/op_table.hpp"
#include "support/values.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/memory.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/normalize.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::Tensors;

namespace {

std::vector<test::Refusal> refusals() {
  return {
      {"layer_norm: x is [2, 3]; it must end with the normalized_shape [2]",
       [] {
         nn::layer_norm(zeros({2, 3}), {2});
       }},
      {"layer_norm: x is [2, 3]; it must end with the normalized_shape []",
       [] {
         nn::layer_norm(zeros({2, 3}), {});
       }},
      {"layer_norm: weight is [2], x is [2, 3]; it must be [3]",
       [] {
         nn::layer_norm(zeros({2, 3}), {3}, zeros({2}));
       }},
      {"layer_norm: bias is float64, x is float32; convert one with to()",
       [] {
         nn::layer_norm(zeros({2, 3}), {3}, {}, zeros({3}, {.dtype = float64}));
       }},
      {"layer_norm: needs a floating-point tensor, got int64",
       [] {
         nn::layer_norm(zeros({2, 3}, {.dtype = int64}), {3});
       }},
      {"layer_norm: eps is -1; it must be finite and not negative",
       [] {
         nn::layer_norm(zeros({2, 3}), {3}, {}, {}, -1);
       }},
      {"rms_norm: eps is -1",
       [] {
         nn::rms_norm(zeros({2, 3}), {3}, {}, -1);
       }},
  };
}

}  // namespace

TEST_CASE("norms of rows have their derivatives", "[ops][table]") {
  // An eps of 4, so that no derivative is near 0, where float32 has none by differences.
  std::vector<test::OpRow> rows = {
      {.name = "layer_norm",
       .f = [](const Tensors& x) { return nn::layer_norm(x[0], {4}, x[1], x[2], 4); },
       .inputs = {{{2, 3, 4}}, {{4}}, {{4}}},
       .empty_inputs = {{0, 3, 4}, {4}, {4}},
       .empty_result = {0, 3, 4},
       .refuses = refusals(),
       .float32_tolerance = 6e-6,
       .narrow_roundings = 12},
      {.name = "layer_norm",
       .f =
           [](const Tensors& x) {
             return nn::layer_norm(x[0], {2, 3}, {}, {}, 4);
           },
       .inputs = {{{3, 2, 3}}},
       .empty_inputs = {{0, 2, 3}},
       .empty_result = {0, 2, 3},
       .float32_tolerance = 6e-6,
       .narrow_roundings = 12},
      {.name = "rms_norm",
       .f = [](const Tensors& x) { return nn::rms_norm(x[0], {4}, x[1], 4); },
       .inputs = {{{3, 4}}, {{4}}},
       .empty_inputs = {{0, 4}, {4}},
       .empty_result = {0, 4},
       .float32_tolerance = 6e-6,
       .narrow_roundings = 12},
  };
  test::check_rows(rows);
}

TEST_CASE("layer_norm agrees with its definition", "[ops][norm]") {
  const Tensor x = test::spread({5, 37}, -3, 7);
  const Tensor w = test::spread({37}, -1, 1, 1);
  const Tensor b = test::spread({37}, -1, 1, 2);
  const auto xs = x.to_vector<double>(), ws = w.to_vector<double>(), bs = b.to_vector<double>();
  std::vector<double> expected;
  for (std::size_t i = 0; i < 5; ++i) {
    long double mean = 0, var = 0;
    for (std::size_t k = 0; k < 37; ++k) mean += xs[i * 37 + k] / 37.0L;
    for (std::size_t k = 0; k < 37; ++k) {
      var += (xs[i * 37 + k] - mean) * (xs[i * 37 + k] - mean) / 37.0L;
    }
    for (std::size_t k = 0; k < 37; ++k) {
      const long double y = (xs[i * 37 + k] - mean) / std::sqrt(var + 1e-5L);
      expected.push_back(static_cast<double>(y * ws[k] + bs[k]));
    }
  }
  const Tensor wanted = Tensor::from_vector(std::move(expected), {5, 37});
  // Results of at most 3, and a handful of roundings.
  CHECK(test::difference(nn::layer_norm(x, {37}, w, b), wanted, 0, 2e-15) == "");
  const Tensor single = nn::layer_norm(x.to(float32), {37}, w.to(float32), b.to(float32));
  CHECK(test::difference(single, wanted, 0, 2e-6) == "");
}

TEST_CASE("elements far from 0 are normalised with their digits", "[ops][norm]") {
  // 2^20 + {0, 1, 2, 3}: exact in float32, the mean isn't.
  const Tensor x = (arange(4).to(float32) + 1048576.0F).reshape({1, 4});
  const Tensor near = arange(4).to(float64).reshape({1, 4});
  // The same up to the roundings of a division, although x - mean has 2 of 24 binary digits.
  CHECK(test::difference(nn::layer_norm(x, {4}), nn::layer_norm(near, {4}), 4e-7, 0) == "");
}

TEST_CASE("a first element far from all others leaves these their digits", "[ops][norm]") {
  // The variance about the first one is 20,000 times that about the mean.
  constexpr std::int64_t n = 20000;
  std::vector<float> xs(n);
  for (std::size_t i = 0; i < n; ++i) xs[i] = i == 0 ? 1000.3F : static_cast<float>(i % 7);
  long double mean = 0, variance = 0;
  for (const float x : xs) mean += static_cast<long double>(x) / n;
  for (const float x : xs) variance += (x - mean) * (x - mean) / n;
  std::vector<double> wanted;
  for (const float x : xs) wanted.push_back(static_cast<double>((x - mean) / std::sqrt(variance)));
  const Tensor y = nn::layer_norm(Tensor::from_vector(std::move(xs), {1, n}), {n}, {}, {}, 0);
  // A handful of roundings.
  CHECK(test::difference(y, Tensor::from_vector(std::move(wanted), {1, n}), 1e-6, 1e-7) == "");
}

TEST_CASE("a norm's record keeps what it read and the moments, not what it gave", "[ops][norm]") {
  constexpr std::int64_t n = 1 << 16;
  const Tensor x = ones({n / 256, 256}, {.requires_grad = true});
  const std::size_t before = memory_stats().in_use;
  Tensor y = nn::layer_norm(x, {256}).sum();
  CHECK(memory_stats().in_use - before < n * sizeof(float) / 4);
}

TEST_CASE("where only a bias is asked for, its gradient is what came", "[ops][norm]") {
  const Tensor x = test::spread({2, 3, 4}, -1, 1);
  Tensor b = zeros({3, 4}, {.dtype = float64, .requires_grad = true});
  const Tensor weights = test::spread({2, 3, 4}, 1, 2);
  (nn::layer_norm(x, {3, 4}, {}, b) * weights).sum().backward();
  CHECK(test::difference(b.grad(), sum(weights, Dims{0}), 1e-15, 0) == "");
}

TEST_CASE("gradients of layer_norm's weights are sums over many rows", "[ops][norm]") {
  const Tensor x = test::spread({1000, 5}, -1, 1).to(float32);
  Tensor w = ones({5}, {.requires_grad = true});
  Tensor b = zeros({5}, {.requires_grad = true});
  nn::layer_norm(x, {5}, w, b).sum().backward();
  CHECK(b.grad().to_vector<float>() == std::vector<float>(5, 1000));
  const Tensor expected = sum(nn::layer_norm(x.to(float64), {5}), Dims{0});
  // 1000 terms of about 1, of which 16 at a time are added in float32.
  CHECK(test::difference(w.grad(), expected, 0, 1e-4) == "");
}

TEST_CASE("gradients of layer_norm agree with its definition for rows of any length",
          "[ops][norm]") {
  constexpr std::int64_t rows = 35;
  for (const std::int64_t n : {1, 2, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64, 65, 300}) {
    const auto at = [n](std::int64_t i, std::int64_t k) {
      return static_cast<std::size_t>(i * n + k);
    };
    const Tensor x = test::spread({rows, n}, -3, 7);
    const Tensor g = test::spread({rows, n}, -1, 1, 1);
    const Tensor w = test::spread({n}, -1, 1, 2);
    const auto xs = x.to_vector<double>(), gs = g.to_vector<double>(), ws = w.to_vector<double>();
    std::vector<double> dx(xs.size()), dw(ws.size()), db(ws.size());
    for (std::int64_t i = 0; i < rows; ++i) {
      long double mean = 0, variance = 0, of_gw = 0, of_gwy = 0;
      for (std::int64_t k = 0; k < n; ++k) mean += xs[at(i, k)] / static_cast<long double>(n);
      for (std::int64_t k = 0; k < n; ++k) {
        variance += (xs[at(i, k)] - mean) * (xs[at(i, k)] - mean) / static_cast<long double>(n);
      }
      const long double inverse = 1 / std::sqrt(variance + 1);
      const auto y = [&](std::int64_t k) { return (xs[at(i, k)] - mean) * inverse; };
      const auto gw = [&](std::int64_t k) {
        return static_cast<long double>(gs[at(i, k)]) * ws[at(0, k)];
      };
      for (std::int64_t k = 0; k < n; ++k) {
        of_gw += gw(k) / static_cast<long double>(n);
        of_gwy += gw(k) * y(k) / static_cast<long double>(n);
        dw[at(0, k)] += static_cast<double>(gs[at(i, k)] * y(k));
        db[at(0, k)] += gs[at(i, k)];
      }
      for (std::int64_t k = 0; k < n; ++k) {
        dx[at(i, k)] = static_cast<double>((gw(k) - of_gw - y(k) * of_gwy) * inverse);
      }
    }
    for (const DType dtype : {float32, float64}) {
      Tensor leaf = x.to(dtype), weight = w.to(dtype), bias = zeros({n}, {.dtype = dtype});
      for (Tensor* p : {&leaf, &weight, &bias}) *p = p->detach().requires_grad_();
      nn::layer_norm(leaf, {n}, weight, bias, 1).backward(g.to(dtype));
      // Numbers below 4, sums of 35 of them, and some ten roundings.
      const double close = dtype == float32 ? 1e-5 : 3e-14;
      const auto wanted = [](const std::vector<double>& v, const Shape& shape) {
        return Tensor::from_vector(std::vector<double>(v), shape);
      };
      INFO(name_of(dtype) << ", rows of " << n);
      CHECK(test::difference(leaf.grad(), wanted(dx, {rows, n}), 0, close) == "");
      CHECK(test::difference(weight.grad(), wanted(dw, {n}), 0, close) == "");
      CHECK(test::difference(bias.grad(), wanted(db, {n}), 0, close) == "");
    }
  }
}
