#include "tapegrad/nn/transformer.hpp"

#include <limits>

#include "core/check.hpp"
#include "core/computed_with.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/nn/init.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/shape.hpp"

namespace tapegrad::nn {
namespace {

LinearOptions linear_options(const TransformerLayerOptions& options) {
  return {.bias = options.bias, .dtype = options.dtype, .generator = options.generator};
}

MultiheadAttentionOptions attention_options(const TransformerLayerOptions& options) {
  return {.dropout = options.dropout,
          .bias = options.bias,
          .batch_first = options.batch_first,
          .dtype = options.dtype,
          .generator = options.generator};
}

/// What a transformer is fed: while one of these belongs to a graph, all that it computes does.
class ComputedWithSequences : ComputedWith {
 public:
  ComputedWithSequences(const Tensor& x, const EncoderMasks& masks)
      : ComputedWith({&x, &masks.mask, &masks.src_key_padding_mask}) {}
  ComputedWithSequences(const Tensor& x, const Tensor& memory, const DecoderMasks& masks)
      : ComputedWith({&x, &memory, &masks.tgt_mask, &masks.memory_mask, &masks.tgt_key_padding_mask,
                      &masks.memory_key_padding_mask}) {}
};

void check_count(std::string_view name, std::int64_t layers) {
  check<Error>(layers >= 0, "{}: {} layers; the number isn't negative", name, layers);
}

}  // namespace

namespace detail {

TransformerLayer::TransformerLayer(std::int64_t d_model, std::int64_t nhead,
                                   const TransformerLayerOptions& options)
    : self_attn(d_model, nhead, attention_options(options)),
      linear1(d_model, options.dim_feedforward, linear_options(options)),
      dropout(options.dropout, options.generator),
      linear2(options.dim_feedforward, d_model, linear_options(options)),
      gelu_(options.activation == "gelu"),
      norm_first_(options.norm_first) {
  check<Error>(gelu_ || options.activation == "relu",
               "TransformerLayer: activation is '{}'; use 'relu' or 'gelu'", options.activation);
}

Tensor TransformerLayer::fed_forward(const Tensor& x) const {
  const Tensor hidden = linear1(x);
  return linear2(dropout(gelu_ ? gelu(hidden) : relu(hidden)));
}

LayerNorm TransformerLayer::norm_of(std::int64_t d_model, const TransformerLayerOptions& options) {
  return LayerNorm({d_model},
                   {.eps = options.layer_norm_eps, .bias = options.bias, .dtype = options.dtype});
}

}  // namespace detail

TransformerEncoderLayer::TransformerEncoderLayer(AsSize d_model, AsSize nhead,
                                                 const TransformerLayerOptions& options)
    : TransformerLayer(d_model, nhead, options),
      norm1(norm_of(d_model, options)),
      norm2(norm_of(d_model, options)),
      dropout1(options.dropout, options.generator),
      dropout2(options.dropout, options.generator) {}

void TransformerEncoderLayer::visit(Visitor& v) {
  v("self_attn", self_attn);
  v("linear1", linear1);
  v("dropout", dropout);
  v("linear2", linear2);
  v("norm1", norm1);
  v("norm2", norm2);
  v("dropout1", dropout1);
  v("dropout2", dropout2);
}

Tensor TransformerEncoderLayer::forward(const Tensor& src, const EncoderMasks& masks) const {
  const ComputedWithSequences guard(src, masks);
  const auto attended = [&](const Tensor& x) {
    return dropout1(self_attn(x, x, x,
                              {.key_padding_mask = masks.src_key_padding_mask,
                               .need_weights = false,
                               .attn_mask = masks.mask,
                               .is_causal = masks.is_causal})
                        .output);
  };
  const auto fed = [&](const Tensor& x) { return dropout2(fed_forward(x)); };
  if (norm_first()) {
    const Tensor x = src + attended(norm1(src));
    return x + fed(norm2(x));
  }
  const Tensor x = norm1(src + attended(src));
  return norm2(x + fed(x));
}

TransformerDecoderLayer::TransformerDecoderLayer(AsSize d_model, AsSize nhead,
                                                 const TransformerLayerOptions& options)
    : TransformerLayer(d_model, nhead, options),
      multihead_attn(d_model, nhead, attention_options(options)),
      norm1(norm_of(d_model, options)),
      norm2(norm_of(d_model, options)),
      norm3(norm_of(d_model, options)),
      dropout1(options.dropout, options.generator),
      dropout2(options.dropout, options.generator),
      dropout3(options.dropout, options.generator) {}

void TransformerDecoderLayer::visit(Visitor& v) {
  v("self_attn", self_attn);
  v("multihead_attn", multihead_attn);
  v("linear1", linear1);
  v("dropout", dropout);
  v("linear2", linear2);
  v("norm1", norm1);
  v("norm2", norm2);
  v("norm3", norm3);
  v("dropout1", dropout1);
  v("dropout2", dropout2);
  v("dropout3", dropout3);
}

Tensor TransformerDecoderLayer::forward(const Tensor& tgt, const Tensor& memory,
                                        const DecoderMasks& masks) const {
  const ComputedWithSequences guard(tgt, memory, masks);
  const auto attended = [&](const Tensor& x) {
    return dropout1(self_attn(x, x, x,
                              {.key_padding_mask = masks.tgt_key_padding_mask,
                               .need_weights = false,
                               .attn_mask = masks.tgt_mask,
                               .is_causal = masks.tgt_is_causal})
                        .output);
  };
  const auto looked = [&](const Tensor& x) {
    return dropout2(multihead_attn(x, memory, memory,
                                   {.key_padding_mask = masks.memory_key_padding_mask,
                                    .need_weights = false,
                                    .attn_mask = masks.memory_mask,
                                    .is_causal = masks.memory_is_causal})
                        .output);
  };
  const auto fed = [&](const Tensor& x) { return dropout3(fed_forward(x)); };
  if (norm_first()) {
    Tensor x = tgt + attended(norm1(tgt));
    x = x + looked(norm2(x));
    return x + fed(norm3(x));
  }
  Tensor x = norm1(tgt + attended(tgt));
  x = norm2(x + looked(x));
  return norm3(x + fed(x));
}

TransformerEncoder::TransformerEncoder(const TransformerEncoderLayer& layer, AsSize num_layers,
                                       std::optional<LayerNorm> last)
    : norm(std::move(last)) {
  check_count("TransformerEncoder", num_layers);
  for (std::int64_t i = 0; i < num_layers; ++i) layers.emplace_back(layer);
}

void TransformerEncoder::visit(Visitor& v) {
  v("layers", layers);
  v("norm", norm);
}

Tensor TransformerEncoder::forward(const Tensor& src, const EncoderMasks& masks) const {
  check_defined("TransformerEncoder", src);
  const ComputedWithSequences guard(src, masks);
  Tensor x = src;
  for (const TransformerEncoderLayer& layer : layers) x = layer(x, masks);
  return norm ? (*norm)(x) : x;
}

TransformerDecoder::TransformerDecoder(const TransformerDecoderLayer& layer, AsSize num_layers,
                                       std::optional<LayerNorm> last)
    : norm(std::move(last)) {
  check_count("TransformerDecoder", num_layers);
  for (std::int64_t i = 0; i < num_layers; ++i) layers.emplace_back(layer);
}

void TransformerDecoder::visit(Visitor& v) {
  v("layers", layers);
  v("norm", norm);
}

Tensor TransformerDecoder::forward(const Tensor& tgt, const Tensor& memory,
                                   const DecoderMasks& masks) const {
  check_defined("TransformerDecoder", tgt, memory);
  const ComputedWithSequences guard(tgt, memory, masks);
  Tensor x = tgt;
  for (const TransformerDecoderLayer& layer : layers) x = layer(x, memory, masks);
  return norm ? (*norm)(x) : x;
}

Transformer::Transformer(const TransformerOptions& options)
    : encoder(TransformerEncoderLayer(options.d_model, options.nhead, options.layer),
              options.num_encoder_layers,
              LayerNorm({options.d_model}, {.eps = options.layer.layer_norm_eps,
                                            .bias = options.layer.bias,
                                            .dtype = options.layer.dtype})),
      decoder(TransformerDecoderLayer(options.d_model, options.nhead, options.layer),
              options.num_decoder_layers,
              LayerNorm({options.d_model}, {.eps = options.layer.layer_norm_eps,
                                            .bias = options.layer.bias,
                                            .dtype = options.layer.dtype})) {
  for (const Tensor& p : parameters()) {
    if (p.dim() > 1) init::xavier_uniform_(p, 1, options.layer.generator);
  }
}

void Transformer::visit(Visitor& v) {
  v("encoder", encoder);
  v("decoder", decoder);
}

Tensor Transformer::forward(const Tensor& src, const Tensor& tgt,
                            const TransformerMasks& masks) const {
  check_defined("Transformer", src, tgt);
  const ComputedWithSequences of_source(src, masks.src);
  const ComputedWithSequences of_target(tgt, {}, masks.tgt);
  return decoder(tgt, encoder(src, masks.src), masks.tgt);
}

Tensor Transformer::generate_square_subsequent_mask(std::int64_t size, const TensorOptions& like) {
  return triu(full({size, size}, -std::numeric_limits<double>::infinity(), like), 1);
}

}  // namespace tapegrad::nn
