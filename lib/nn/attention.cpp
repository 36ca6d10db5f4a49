#include "tapegrad/nn/attention.hpp"

#include <limits>
#include <vector>

#include "core/check.hpp"
#include "core/computed_with.hpp"
#include "tapegrad/nn/init.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/linalg.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/shape.hpp"

namespace tapegrad::nn {
namespace {

constexpr std::string_view attention_name = "MultiheadAttention";

/// A mask as numbers to be added: booleans say where there is nothing to see.
Tensor added(std::string_view what, const Tensor& mask, DType dtype) {
  constexpr double never = -std::numeric_limits<double>::infinity();
  check<DTypeError>(mask.dtype() == boolean || mask.dtype() == dtype,
                    "{}: {} is {}, the query is {}; use booleans, or the query's type",
                    attention_name, what, mask.dtype(), dtype);
  return mask.dtype() == boolean ? where(mask, never, 0.0).to(dtype) : mask;
}

Linear checked_output(std::int64_t embed_dim, std::int64_t num_heads,
                      const MultiheadAttentionOptions& options) {
  check<ShapeError>(embed_dim > 0 && num_heads > 0 && embed_dim % num_heads == 0,
                    "{}: embed_dim is {}, num_heads is {}; the second must divide the first",
                    attention_name, embed_dim, num_heads);
  check_dtype(attention_name, options.dtype);
  check<DTypeError>(is_floating(options.dtype), "{}: {} parameters; use float32 or float64",
                    attention_name, options.dtype);
  check<Error>(options.dropout >= 0 && options.dropout <= 1,
               "{}: dropout is {}; a probability lies in [0, 1]", attention_name, options.dropout);
  return Linear(embed_dim, embed_dim,
                {.bias = options.bias, .dtype = options.dtype, .generator = options.generator});
}

}  // namespace

struct MultiheadAttention::Heads {
  Tensor query, key, value;
};

MultiheadAttention::MultiheadAttention(AsSize embed_dim, AsSize num_heads,
                                       const MultiheadAttentionOptions& options)
    : out_proj(checked_output(embed_dim, num_heads, options)),
      embed_dim_(embed_dim),
      num_heads_(num_heads),
      kdim_(options.kdim.value_or(embed_dim)),
      vdim_(options.vdim.value_or(embed_dim)),
      dropout_(options.dropout),
      batch_first_(options.batch_first),
      add_zero_attn_(options.add_zero_attn),
      generator_(&options.generator) {
  check<ShapeError>(kdim_ > 0 && vdim_ > 0, "{}: kdim is {}, vdim is {}; sizes are positive",
                    attention_name, kdim_, vdim_);
  const TensorOptions like{.dtype = options.dtype};
  const auto begin = [&](Parameter& weight, std::int64_t rows, std::int64_t columns) {
    weight = empty({rows, columns}, like);
    init::xavier_uniform_(weight, 1, options.generator);
  };
  if (kdim_ == embed_dim && vdim_ == embed_dim) {
    begin(in_proj_weight, 3 * embed_dim, embed_dim);
  } else {
    begin(q_proj_weight, embed_dim, embed_dim);
    begin(k_proj_weight, embed_dim, kdim_);
    begin(v_proj_weight, embed_dim, vdim_);
  }
  if (options.add_bias_kv) {
    for (Parameter* const learnt : {&bias_k, &bias_v}) {
      *learnt = empty({1, 1, embed_dim}, like);
      init::xavier_normal_(*learnt, 1, options.generator);
    }
  }
  if (!options.bias) return;
  in_proj_bias = zeros({3 * embed_dim}, like);
  init::zeros_(out_proj.bias);
}

void MultiheadAttention::visit(Visitor& v) {
  v("in_proj_weight", in_proj_weight);
  v("q_proj_weight", q_proj_weight);
  v("k_proj_weight", k_proj_weight);
  v("v_proj_weight", v_proj_weight);
  v("in_proj_bias", in_proj_bias);
  v("bias_k", bias_k);
  v("bias_v", bias_v);
  v("out_proj", out_proj);
}

void MultiheadAttention::check_inputs(const Tensor& query, const Tensor& key,
                                      const Tensor& value) const {
  check_defined(attention_name, query, key, value);
  check<Error>(in_proj_weight.defined() || q_proj_weight.defined(),
               "{}: it has no weights: it was moved from", attention_name);
  const std::int64_t rank = query.dim();
  bool fits = (rank == 2 || rank == 3) && key.dim() == rank && value.dim() == rank &&
              query.size(-1) == embed_dim_ && key.size(-1) == kdim_ && value.size(-1) == vdim_;
  if (fits) {
    const std::int64_t places = rank == 3 && batch_first_ ? 1 : 0;
    fits = key.size(places) == value.size(places) &&
           (rank == 2 || (query.size(1 - places) == key.size(1 - places) &&
                          query.size(1 - places) == value.size(1 - places)));
  }
  const std::string_view order = batch_first_ ? "[batch, places, " : "[places, batch, ";
  check<ShapeError>(fits,
                    "{}: query is {}, key is {}, value is {}; they need {}size], or no batch, and "
                    "sizes of {}, {} and {}",
                    attention_name, query.shape(), key.shape(), value.shape(), order, embed_dim_,
                    kdim_, vdim_);
  check<DTypeError>(query.dtype() == out_proj.weight.dtype() && query.dtype() == key.dtype() &&
                        query.dtype() == value.dtype(),
                    "{}: query is {}, key is {}, value is {}, the weights are {}; convert with "
                    "to()",
                    attention_name, query.dtype(), key.dtype(), value.dtype(),
                    out_proj.weight.dtype());
}

Tensor MultiheadAttention::part_of_bias(std::int64_t part) const {
  return in_proj_bias.defined() ? in_proj_bias.narrow(0, part * embed_dim_, embed_dim_) : Tensor();
}

/// [places, batch, embed_dim] as [batch, heads, places, size].
Tensor MultiheadAttention::heads_of(const Tensor& x) const {
  Shape shape = x.shape();
  shape[shape.size() - 1] = num_heads_;
  shape.push_back(embed_dim_ / num_heads_);
  const Tensor parts = x.reshape(shape);
  if (x.dim() == 2) return parts.transpose(0, 1);
  return batch_first_ ? parts.transpose(1, 2) : parts.permute({1, 2, 0, 3});
}

/// The other way round.
Tensor MultiheadAttention::joined(const Tensor& heads) const {
  if (heads.dim() == 3) return heads.transpose(0, 1).flatten(-2);
  return (batch_first_ ? heads.transpose(1, 2) : heads.permute({2, 0, 1, 3})).flatten(-2);
}

/// One product for inputs that are the same tensor.
MultiheadAttention::Heads MultiheadAttention::projected(const Tensor& query, const Tensor& key,
                                                        const Tensor& value) const {
  if (!in_proj_weight.defined()) {
    return {heads_of(linear(query, q_proj_weight, part_of_bias(0))),
            heads_of(linear(key, k_proj_weight, part_of_bias(1))),
            heads_of(linear(value, v_proj_weight, part_of_bias(2)))};
  }
  const Tensor& weight = in_proj_weight;
  if (query.is_same(key) && key.is_same(value)) {
    const auto parts = chunk(linear(query, weight, in_proj_bias), 3, -1);
    return {heads_of(parts[0]), heads_of(parts[1]), heads_of(parts[2])};
  }
  const auto by_part = [&](const Tensor& x, std::int64_t part) {
    const Tensor rows = weight.narrow(0, part * embed_dim_, embed_dim_);
    return heads_of(linear(x, rows, part_of_bias(part)));
  };
  const Tensor q = by_part(query, 0);
  if (!key.is_same(value)) return {q, by_part(key, 1), by_part(value, 2)};
  const Tensor bias =
      in_proj_bias.defined() ? in_proj_bias.narrow(0, embed_dim_, 2 * embed_dim_) : Tensor();
  const auto parts = chunk(linear(key, weight.narrow(0, embed_dim_, 2 * embed_dim_), bias), 2, -1);
  return {q, heads_of(parts[0]), heads_of(parts[1])};
}

Tensor MultiheadAttention::mask_of(const MultiheadAttentionArguments& arguments,
                                   const Tensor& query, const Tensor& key) const {
  const Tensor& padding = arguments.key_padding_mask;
  const Tensor& mask = arguments.attn_mask;
  const std::int64_t places = query.size(-2), keys = key.size(-2);
  Shape all{places, keys};
  if (mask.defined()) {
    const std::int64_t count = query.dim() == 4 ? query.size(0) * num_heads_ : num_heads_;
    const Shape each{count, places, keys};
    check<ShapeError>(mask.shape() == all || mask.shape() == each,
                      "{}: attn_mask is {}; it needs {} or {}", attention_name, mask.shape(), all,
                      each);
  }
  Tensor both = mask.defined() ? added("attn_mask", mask, query.dtype()) : Tensor();
  if (both.defined() && both.dim() == 3 && query.dim() == 4) {
    both = both.reshape({query.size(0), num_heads_, places, keys});
  }
  if (!padding.defined()) return both;
  const Shape wanted = query.dim() == 4 ? Shape{query.size(0), keys} : Shape{keys};
  check<ShapeError>(padding.shape() == wanted, "{}: key_padding_mask is {}; it needs {}",
                    attention_name, padding.shape(), wanted);
  Tensor hidden = added("key_padding_mask", padding, query.dtype());
  if (query.dim() == 4) hidden = hidden.unsqueeze(1).unsqueeze(1);
  return both.defined() ? both + hidden : hidden;
}

Tensor MultiheadAttention::mask_beyond(Tensor mask, const Heads& heads, bool causal,
                                       std::int64_t more) {
  if (causal) {
    const Shape all{heads.query.size(-2), heads.key.size(-2)};
    const Tensor later =
        added("attn_mask", triu(ones(all, {.dtype = boolean}), 1), heads.query.dtype());
    mask = mask.defined() ? mask + later : later;
  }
  return mask.defined() ? pad(mask, {0, more}) : mask;
}

/// Keys or values of heads, and behind them what is learnt and the zeros, where there are any.
Tensor MultiheadAttention::extended(const Tensor& heads, const Tensor& learnt) const {
  std::vector<Tensor> parts{heads};
  Shape one = heads.shape();
  one[one.size() - 2] = 1;
  if (learnt.defined()) {
    parts.push_back(learnt.reshape({num_heads_, 1, embed_dim_ / num_heads_}).expand(one));
  }
  if (add_zero_attn_) parts.push_back(zeros(one, {.dtype = heads.dtype()}));
  return cat(parts, -2);
}

AttentionResult MultiheadAttention::forward(const Tensor& query, const Tensor& key,
                                            const Tensor& value,
                                            const MultiheadAttentionArguments& arguments) const {
  check_inputs(query, key, value);
  const ComputedWith guard(
      {&query, &key, &value, &arguments.key_padding_mask, &arguments.attn_mask});
  Heads heads = projected(query, key, value);
  AttentionOptions options{.attn_mask = mask_of(arguments, heads.query, heads.key),
                           .dropout_p = is_training() ? dropout_ : 0,
                           .is_causal = arguments.is_causal,
                           .generator = *generator_};
  const std::int64_t more = (bias_k.defined() ? 1 : 0) + (add_zero_attn_ ? 1 : 0);
  if (more > 0) {
    options.attn_mask = mask_beyond(options.attn_mask, heads, options.is_causal, more);
    options.is_causal = false;
    heads.key = extended(heads.key, bias_k);
    heads.value = extended(heads.value, bias_v);
  }
  if (!arguments.need_weights) {
    return {out_proj(
                joined(scaled_dot_product_attention(heads.query, heads.key, heads.value, options))),
            {}};
  }
  const AttentionResult all =
      scaled_dot_product_attention_with_weights(heads.query, heads.key, heads.value, options);
  return {out_proj(joined(all.output)),
          arguments.average_attn_weights ? mean(all.weights, -3) : all.weights};
}

}  // namespace tapegrad::nn
