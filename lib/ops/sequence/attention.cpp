#include "tapegrad/ops/sequence/attention.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/check.hpp"
#include "core/layout.hpp"
#include "core/speaking.hpp"
#include "ops/sequence/attended.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/shape.hpp"

namespace tapegrad {
namespace {

/// The sizes in front of the last two.
Shape leading(const Tensor& x) { return Shape(std::span(x.shape().begin(), x.shape().end() - 2)); }

/// Whether two shapes broadcast to one.
bool meet(const Shape& a, const Shape& b) {
  for (std::size_t i = 1; i <= std::min(a.size(), b.size()); ++i) {
    const std::int64_t m = a[a.size() - i], n = b[b.size() - i];
    if (m != n && m != 1 && n != 1) return false;
  }
  return true;
}

/// x with these sizes in front of its last two.
Tensor spread_over(const Tensor& x, const Shape& front) {
  if (leading(x) == front) return x;
  Shape shape = front;
  shape.push_back(x.size(-2));
  shape.push_back(x.size(-1));
  return x.expand(shape);
}

/// Each head of x as often as it takes to have as many as the query.
Tensor for_each_query(std::string_view name, const Tensor& x, const Tensor& query) {
  const std::int64_t heads = x.dim() < 3 ? 0 : x.size(-3);
  check<ShapeError>(
      query.dim() >= 3 && heads > 0 && query.size(-3) % heads == 0,
      "{}: enable_gqa of query {} and {}; the heads of the second divide those of the "
      "first",
      name, query.shape(), x.shape());
  return repeat_interleave(x, query.size(-3) / heads, -3);
}

void check_shapes(std::string_view name, const Tensor& q, const Tensor& k, const Tensor& v) {
  check_defined(name, q, k, v);
  const bool has_ranks = q.dim() >= 2 && k.dim() >= 2 && v.dim() >= 2;
  check<ShapeError>(has_ranks && meet(leading(q), leading(k)) && meet(leading(q), leading(v)) &&
                        meet(leading(k), leading(v)) && q.size(-1) == k.size(-1) &&
                        k.size(-2) == v.size(-2) && q.size(-1) > 0,
                    "{}: query is {}, key is {}, value is {}; they need [..., places, size], [..., "
                    "keys, size] and [..., keys, width], whose sizes in front broadcast",
                    name, q.shape(), k.shape(), v.shape());
  check<DTypeError>(is_floating(q.dtype()) && q.dtype() == k.dtype() && q.dtype() == v.dtype(),
                    "{}: query is {}, key is {}, value is {}; all must have one floating-point "
                    "type: convert them with to()",
                    name, q.dtype(), k.dtype(), v.dtype());
}

void check_mask(std::string_view name, const Tensor& q, const Tensor& k, const Tensor& mask) {
  if (!mask.defined()) return;
  Shape wanted = leading(q);
  wanted.push_back(q.size(-2));
  wanted.push_back(k.size(-2));
  check<ShapeError>(broadcasts_to(mask.shape(), wanted),
                    "{}: attn_mask is {}; it must broadcast to {}", name, mask.shape(), wanted);
  check<DTypeError>(mask.dtype() == boolean || mask.dtype() == q.dtype(),
                    "{}: attn_mask is {}, query is {}; use booleans, or the query's type", name,
                    mask.dtype(), q.dtype());
}

/// [..., n, size] as [batch, heads, n, size].
Tensor as_heads(const Tensor& x) {
  if (x.dim() == 4) return x;
  if (x.dim() == 3) return x.unsqueeze(1);
  if (x.dim() == 2) return x.unsqueeze(0).unsqueeze(0);
  return x.flatten(0, -4);
}

/// As a tensor that is added to scores, which broadcasts to [batch, heads, places, keys].
Tensor added(const Tensor& mask, const Tensor& q) {
  if (!mask.defined()) return mask;
  constexpr double never = -std::numeric_limits<double>::infinity();
  const Tensor x = mask.dtype() == boolean ? where(mask, 0.0, never).to(q.dtype()) : mask;
  if (x.dim() < 2 || q.dim() == 4 || q.dim() == 2) return x;
  Shape all = leading(q);
  all.push_back(x.size(-2));
  all.push_back(x.size(-1));
  return as_heads(x.expand(all));
}

/// Where a weight isn't dropped: numbers that aren't 0.
Tensor drawn(const Tensor& q, const Tensor& k, const nn::AttentionOptions& options) {
  if (options.dropout_p == 0) return {};
  Shape shape = q.shape();
  shape[shape.size() - 1] = k.size(-2);
  const Tensor like = empty({}, {.dtype = q.dtype()}).expand(shape);
  return bernoulli_like(like, 1 - options.dropout_p, {}, options.generator);
}

Weighing weighing_of(std::string_view name, const Tensor& q, const nn::AttentionOptions& options) {
  const double p = options.dropout_p;
  check<Error>(p >= 0 && p <= 1, "{}: dropout_p is {}; a probability lies in [0, 1]", name, p);
  const double scale = options.scale.value_or(1 / std::sqrt(static_cast<double>(q.size(-1))));
  check<Error>(std::isfinite(scale), "{}: scale is {}; it must be finite", name, scale);
  return {scale, p < 1 ? 1 / (1 - p) : 1, options.is_causal};
}

/// f(query as it is broadcast; query, key, value, mask, kept, weighing), of [batch, heads, ...].
template <class F>
auto attend(std::string_view name, const Tensor& given, const Tensor& given_key,
            const Tensor& given_value, const nn::AttentionOptions& options, const F& f) {
  check_defined(name, given, given_key, given_value);
  const auto headed = [&](const Tensor& x) {
    return options.enable_gqa ? for_each_query(name, x, given) : x;
  };
  const Tensor many_keys = headed(given_key), many_values = headed(given_value);
  check_shapes(name, given, many_keys, many_values);
  const Shape front =
      broadcast_shapes(broadcast_shapes(leading(given), leading(many_keys)), leading(many_values));
  const Tensor query = spread_over(given, front), key = spread_over(many_keys, front);
  const Tensor value = spread_over(many_values, front);
  check_mask(name, query, key, options.attn_mask);
  const Weighing weighing = weighing_of(name, query, options);
  return speaking_as(name, [&] {
    const Tensor q = as_heads(query);
    const Tensor k = as_heads(key);
    return f(query, q, k, as_heads(value), added(options.attn_mask, query), drawn(q, k, options),
             weighing);
  });
}

/// [batch, heads, n, size] as x, with a last size of its own.
Tensor as_before(const Tensor& y, const Tensor& x) {
  if (x.dim() == 4) return y;
  Shape shape = leading(x);
  shape.push_back(y.size(-2));
  shape.push_back(y.size(-1));
  return y.reshape(shape);
}

}  // namespace

namespace nn {

Tensor scaled_dot_product_attention(const Tensor& query, const Tensor& key, const Tensor& value,
                                    const AttentionOptions& options) {
  return attend("scaled_dot_product_attention", query, key, value, options,
                [](const Tensor& q, const auto&... arguments) {
                  return as_before(attended(arguments...), q);
                });
}

AttentionResult scaled_dot_product_attention_with_weights(const Tensor& query, const Tensor& key,
                                                          const Tensor& value,
                                                          const AttentionOptions& options) {
  return attend("scaled_dot_product_attention_with_weights", query, key, value, options,
                [](const Tensor& q, const auto&... arguments) -> AttentionResult {
                  const Attended all = attended_with_weights(arguments...);
                  return {as_before(all.output, q), as_before(all.weights, q)};
                });
}

}  // namespace nn
}  // namespace tapegrad
