#include "tapegrad/ops/sequence/attention.hpp"

#include <cmath>
#include <vector>

#include "support/catch.hpp"
#include "support/errors.hpp"
#include "support/op_table.hpp"
#include "support/sanitized.hpp"
#include "support/values.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/gradcheck.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/shape.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::spread;
using test::Tensors;

namespace {

/// One head, by its definition; seen(i, j) is added to the scores.
template <class Added>
Tensor by_loops(const Tensor& query, const Tensor& key, const Tensor& value, double scale,
                const Added& added) {
  const auto q = query.to_vector<double>(), k = key.to_vector<double>();
  const auto v = value.to_vector<double>();
  const auto places = static_cast<std::size_t>(query.size(0));
  const auto keys = static_cast<std::size_t>(key.size(0));
  const auto size = static_cast<std::size_t>(key.size(1));
  const auto width = static_cast<std::size_t>(value.size(1));
  std::vector<double> out(places * width);
  for (std::size_t i = 0; i < places; ++i) {
    std::vector<double> p(keys);
    double total = 0;
    for (std::size_t j = 0; j < keys; ++j) {
      double score = 0;
      for (std::size_t e = 0; e < size; ++e) score += q[i * size + e] * k[j * size + e];
      total += p[j] = std::exp(score * scale + added(i, j));
    }
    for (std::size_t j = 0; j < keys && total > 0; ++j) {
      for (std::size_t w = 0; w < width; ++w) {
        out[i * width + w] += p[j] / total * v[j * width + w];
      }
    }
  }
  return Tensor::from_vector(std::move(out), {query.size(0), value.size(1)});
}

constexpr double never = -std::numeric_limits<double>::infinity();

std::vector<test::Refusal> refusals() {
  const auto call = [](const Shape& q, const Shape& k, const Shape& v,
                       const nn::AttentionOptions& options = {}) {
    return [=] { nn::scaled_dot_product_attention(zeros(q), zeros(k), zeros(v), options); };
  };
  return {
      {"scaled_dot_product_attention: query is [2, 3], key is [4, 2], value is [4, 5]; they need "
       "[..., places, size], [..., keys, size] and [..., keys, width]",
       call({2, 3}, {4, 2}, {4, 5})},
      {"query is [3], key is [3], value is [3]", call({3}, {3}, {3})},
      {"query is [3, 2, 3], key is [2, 4, 3], value is [2, 4, 3]",
       call({3, 2, 3}, {2, 4, 3}, {2, 4, 3})},
      {"query is [2, 0], key is [2, 0]", call({2, 0}, {2, 0}, {2, 1})},
      {"attn_mask is [3, 4]; it must broadcast to [2, 4]",
       call({2, 3}, {4, 3}, {4, 5}, {.attn_mask = zeros({3, 4})})},
      {"attn_mask is int64, query is float32",
       call({2, 3}, {4, 3}, {4, 5}, {.attn_mask = zeros({2, 4}, {.dtype = int64})})},
      {"dropout_p is 1.5; a probability lies in [0, 1]",
       call({2, 3}, {4, 3}, {4, 5}, {.dropout_p = 1.5})},
      {"scale is inf; it must be finite", call({2, 3}, {4, 3}, {4, 5}, {.scale = -never})},
      {"query is float32, key is float32, value is float64",
       [] {
         nn::scaled_dot_product_attention(zeros({2, 3}), zeros({2, 3}),
                                          zeros({2, 3}, {.dtype = float64}));
       }},
  };
}

test::OpRow row(std::string_view name, std::int64_t width, const nn::AttentionOptions& options) {
  return {.name = name,
          .f =
              [=](const Tensors& x) {
                // Where a place sees one key alone its weight is 1, of whose slope of 0
                // differences have no digit.
                // Where a place sees one key alone its weight is 1, of whose slope of 0
                // differences have no digit.
                return nn::scaled_dot_product_attention(x[0], x[1], x[2], options).narrow(2, 1, 2);
              },
          .inputs = {{{2, 2, 3, 2}}, {{2, 2, 4, 2}}, {{2, 2, 4, width}}},
          .empty_inputs = {{0, 2, 3, 2}, {0, 2, 4, 2}, {0, 2, 4, width}},
          .empty_result = {0, 2, 2, width},
          .refuses = refusals(),
          .float32_tolerance = 6e-6,
          .narrow_roundings = 12,
          .tolerance = 1e-8,
          .no_third_order = "made of public operations from the second on"};
}

}  // namespace

TEST_CASE("attention has its derivatives", "[ops][table]") {
  test::check_rows({row("scaled_dot_product_attention", 3, {}),
                    row("scaled_dot_product_attention", 2, {.is_causal = true, .scale = 0.7})});
}

TEST_CASE("attention is the mean of values by the softmax of scores", "[ops][attention]") {
  // More places than a block has.
  const Tensor q = spread({150, 5}, -3, 3), k = spread({300, 5}, -3, 3, 1);
  const Tensor v = spread({300, 4}, -1, 1, 2);
  const auto all = [](std::size_t, std::size_t) { return 0.0; };
  const auto causal = [](std::size_t i, std::size_t j) { return j <= i ? 0 : never; };
  // Sums of 300 products of numbers near 1.
  CHECK(test::difference(nn::scaled_dot_product_attention(q, k, v),
                         by_loops(q, k, v, 1 / std::sqrt(5.0), all), 1e-12, 1e-14) == "");
  CHECK(
      test::difference(nn::scaled_dot_product_attention(q, k, v, {.is_causal = true, .scale = 0.3}),
                       by_loops(q, k, v, 0.3, causal), 1e-12, 1e-14) == "");
}

TEST_CASE("masks add to scores, and a place that sees nothing gets zeros", "[ops][attention]") {
  const Tensor q = spread({2, 3}, -1, 1), k = spread({4, 3}, -1, 1, 1), v = spread({4, 2}, -1, 1);
  const Tensor numbers = spread({2, 4}, -2, 2, 3);
  const auto m = numbers.to_vector<double>();
  CHECK(test::difference(nn::scaled_dot_product_attention(q, k, v, {.attn_mask = numbers}),
                         by_loops(q, k, v, 1 / std::sqrt(3.0),
                                  [&](std::size_t i, std::size_t j) { return m[4 * i + j]; }),
                         1e-14, 1e-15) == "");
  const Tensor sees = tensor({true, false, true, true, false, false, false, false}).reshape({2, 4});
  const Tensor y = nn::scaled_dot_product_attention(q, k, v, {.attn_mask = sees});
  const auto only = [](std::size_t i, std::size_t j) { return i == 0 && j != 1 ? 0 : never; };
  CHECK(test::difference(y, by_loops(q, k, v, 1 / std::sqrt(3.0), only), 1e-14, 1e-15) == "");
  CHECK(y[1].to_vector<double>() == std::vector<double>{0, 0});
}

TEST_CASE("attention has right derivatives with every kind of mask", "[ops][attention]") {
  const auto input = [](const Shape& shape, int seed) {
    return spread(shape, -1, 1, seed).requires_grad_();
  };
  const Tensors x = {input({2, 3, 2}, 0), input({2, 4, 2}, 1), input({2, 4, 3}, 2)};
  const Tensor sees = (spread({2, 3, 4}, 0, 1, 5) > 0.4) & (arange(3).reshape({3, 1}) != 1);
  const Tensor places = spread({3, 1}, -1, 1, 6);
  for (const nn::AttentionOptions& options :
       {nn::AttentionOptions{.attn_mask = sees}, nn::AttentionOptions{.attn_mask = places},
        nn::AttentionOptions{.attn_mask = sees[0], .is_causal = true}}) {
    const auto f = [&](const Tensors& t) {
      return nn::scaled_dot_product_attention(t[0], t[1], t[2], options);
    };
    // Of the slope of a weight that is always 1, or 0, differences have no digit.
    CHECK(gradcheck(f, x, {.order = test::fewer(2, 1), .accept_inconclusive = true}));
  }
  Tensors with_mask = x;
  with_mask.push_back(input({3, 4}, 7));
  const auto f = [&](const Tensors& t) {
    return nn::scaled_dot_product_attention(t[0], t[1], t[2], {.attn_mask = t[3]});
  };
  CHECK(gradcheck(f, with_mask));
}

TEST_CASE("of one place that doesn't see its only key all derivatives are zeros",
          "[ops][attention]") {
  const Tensors x(3, full({1, 1}, 0.5, {.dtype = float64}).requires_grad_());
  const nn::AttentionOptions blind{.attn_mask = zeros({1, 1}, {.dtype = boolean})};
  const Tensor y = nn::scaled_dot_product_attention(x[0], x[0], x[0], blind);
  const Tensors first = grad({sum(y)}, {x[0]}, {.create_graph = true});
  CHECK(y.item<double>() == 0);
  CHECK(first[0].item<double>() == 0);
  CHECK(grad({sum(first[0])}, {x[0]})[0].item<double>() == 0);
}

TEST_CASE("attention to oneself has the derivative of all three uses", "[ops][attention]") {
  const auto f = [](const Tensors& t) {
    return nn::scaled_dot_product_attention(t[0], t[0] * 2, t[0]);
  };
  CHECK(gradcheck(f, {spread({4, 3}, -1, 1).requires_grad_()}, {.order = 2}));
}

TEST_CASE("attention drops weights of the same places forwards and backwards", "[ops][attention]") {
  const Tensor v = eye(6, {.dtype = float64}).requires_grad_();
  const Tensor q = spread({6, 2}, -1, 1), k = spread({6, 2}, -1, 1, 1);
  Generator first(3), second(3);
  const Tensor y =
      nn::scaled_dot_product_attention(q, k, v, {.dropout_p = 0.5, .generator = first});
  const nn::AttentionResult made = nn::scaled_dot_product_attention_with_weights(
      q, k, v, {.dropout_p = 0.5, .generator = second});
  // With the identity as values the result is the weights.
  CHECK(test::difference(y, made.weights, 1e-14, 1e-16) == "");
  CHECK(test::difference(made.output, made.weights, 1e-14, 1e-16) == "");
  const double dropped = sum(y == 0).item<double>();
  CHECK((dropped > 6 && dropped < 30));
  // d sum(y) / d v[j][w] is the sum of the weights of key j.
  const Tensor g = grad({sum(y)}, {v})[0];
  CHECK(test::difference(g.select(1, 0), sum(y.detach(), 0), 1e-13, 1e-15) == "");
  CHECK(sum(nn::scaled_dot_product_attention(q, k, v, {.dropout_p = 1})).item<double>() == 0);
}

TEST_CASE("nothing to see gives zeros, nobody who looks gives nothing", "[ops][attention]") {
  const Tensor q = ones({2, 3, 4}).requires_grad_();
  const Tensor y = nn::scaled_dot_product_attention(q, ones({2, 0, 4}), ones({2, 0, 5}));
  CHECK(equal(y, zeros({2, 3, 5})));
  CHECK(equal(grad({sum(y)}, {q})[0], zeros({2, 3, 4})));
  CHECK(
      nn::scaled_dot_product_attention(ones({2, 0, 4}), ones({2, 3, 4}), ones({2, 3, 5})).shape() ==
      Shape{2, 0, 5});
}

TEST_CASE("scores that are too large for float16 are none for attention", "[ops][attention]") {
  // 100 * 100 * 64 / 8 = 80000, and the largest float16 is 65504.
  const Tensor q = full({2, 64}, 100, {.dtype = float16}).requires_grad_();
  const Tensor k = full({4, 64}, 100, {.dtype = float16});
  const Tensor v = eye(4, {.dtype = float16});
  const Tensor quarters = full({2, 4}, 0.25, {.dtype = float16});
  const auto check = [&](const Tensor& y) {
    CHECK(equal(y, quarters));
    CHECK(equal(grad({sum(y)}, {q})[0], zeros({2, 64}, {.dtype = float16})));
  };
  check(nn::scaled_dot_product_attention(q, k, v));
  const nn::AttentionResult both = nn::scaled_dot_product_attention_with_weights(q, k, v);
  CHECK(equal(both.weights, quarters));
  check(both.output);
  const Tensor mask = zeros({2, 4}, {.dtype = float16}).requires_grad_();
  check(nn::scaled_dot_product_attention(q, k, v, {.attn_mask = mask}));
}

TEST_CASE("any number of leading sizes is a batch of attentions", "[ops][attention]") {
  const Tensor q = spread({2, 3, 2, 2, 4}, -1, 1), k = spread({2, 3, 2, 5, 4}, -1, 1, 1);
  const Tensor mask = spread({2, 1, 2, 2, 5}, -1, 1, 2);
  const Tensor y = nn::scaled_dot_product_attention(q, k, k, {.attn_mask = mask});
  CHECK(y.shape() == Shape{2, 3, 2, 2, 4});
  const Tensor one = nn::scaled_dot_product_attention(q[1][2][1], k[1][2][1], k[1][2][1],
                                                      {.attn_mask = mask[1][0][1]});
  CHECK(test::difference(y[1][2][1], one, 1e-15, 1e-16) == "");
  const Tensor lines =
      nn::scaled_dot_product_attention(q[1][2], k[1][2], k[1][2], {.attn_mask = mask[1][0]});
  CHECK(test::difference(lines[1], one, 1e-15, 1e-16) == "");
}

TEST_CASE("sizes in front of attention broadcast", "[ops][attention]") {
  const Tensor q = spread({2, 1, 3, 4}, -1, 1).requires_grad_();
  const Tensor k = spread({5, 6, 4}, -1, 1, 1).requires_grad_();
  const Tensor v = spread({2, 5, 6, 3}, -1, 1, 2).requires_grad_();
  const Tensor y = nn::scaled_dot_product_attention(q, k, v);
  const Tensor wide = nn::scaled_dot_product_attention(q.expand({2, 5, 3, 4}).contiguous(),
                                                       k.expand({2, 5, 6, 4}).contiguous(), v);
  CHECK(y.shape() == Shape{2, 5, 3, 3});
  CHECK(equal(y, wide));
  const std::vector<Tensor> wanted = grad({sum(square(wide))}, {q, k, v});
  const std::vector<Tensor> got = grad({sum(square(y))}, {q, k, v});
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(test::difference(got[i], wanted[i], 1e-13, 1e-14) == "");
  }
  CHECK(nn::scaled_dot_product_attention_with_weights(q, k, v).weights.shape() ==
        Shape{2, 5, 3, 6});
  CHECK_THROWS_AS(nn::scaled_dot_product_attention(q, k, spread({2, 4, 6, 3}, -1, 1)), ShapeError);
}

TEST_CASE("grouped queries share keys and values", "[ops][attention]") {
  const Tensor q = spread({2, 6, 3, 4}, -1, 1);
  const Tensor k = spread({2, 2, 5, 4}, -1, 1, 1), v = spread({2, 2, 5, 4}, -1, 1, 2);
  const Tensor y = nn::scaled_dot_product_attention(q, k, v, {.enable_gqa = true});
  for (std::int64_t head = 0; head < 6; ++head) {
    const Tensor one = nn::scaled_dot_product_attention(q.select(1, head), k.select(1, head / 3),
                                                        v.select(1, head / 3));
    CHECK(test::difference(y.select(1, head), one, 1e-15, 1e-15) == "");
  }
  CHECK_THROWS_AS(nn::scaled_dot_product_attention(q, k, v), ShapeError);
  CHECK(test::contains(test::error_of<ShapeError>([&] {
                         nn::scaled_dot_product_attention(q.narrow(1, 0, 5), k, v,
                                                          {.enable_gqa = true});
                       }),
                       "scaled_dot_product_attention: enable_gqa of query [2, 5, 3, 4] and [2, 2, "
                       "5, 4]; the heads of the second divide those of the first"));
}
