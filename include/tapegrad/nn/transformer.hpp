// Transformers: layers of attention and of two linear maps, stacks of such layers, and both stacks
// together.
// Source: Vaswani et al. (2017), "Attention is all you need".
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tapegrad/nn/attention.hpp"
#include "tapegrad/nn/dropout.hpp"
#include "tapegrad/nn/linear.hpp"
#include "tapegrad/nn/norm.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace nn {

struct TransformerLayerOptions {
  std::int64_t dim_feedforward = 2048;
  double dropout = 0.1;
  /// Between the two linear maps: "relu" or "gelu".
  std::string activation = "relu";
  double layer_norm_eps = 1e-5;
  /// Tensors are [batch, places, size] instead of [places, batch, size].
  bool batch_first = false;
  /// A norm before attention and maps, not behind them.
  bool norm_first = false;
  bool bias = true;
  DType dtype = float32;
  /// What parameters and dropout are drawn from; it must outlive the module.
  Generator& generator = default_generator();
};

// Masks are MultiheadAttention's: a boolean one says where a key may not be seen.

struct EncoderMasks {
  Tensor mask = {};                  ///< between places
  Tensor src_key_padding_mask = {};  ///< [batch, places]
  bool is_causal = false;
};

struct DecoderMasks {
  Tensor tgt_mask = {};                 ///< between places of the target
  Tensor memory_mask = {};              ///< from places of the target to those of the memory
  Tensor tgt_key_padding_mask = {};     ///< [batch, target's places]
  Tensor memory_key_padding_mask = {};  ///< [batch, memory's places]
  bool tgt_is_causal = false;
  bool memory_is_causal = false;
};

namespace detail {

/// What both kinds of layers have: two linear maps with an activation between them.
class TransformerLayer : public Module {
 public:
  MultiheadAttention self_attn;
  Linear linear1;
  Dropout dropout;
  Linear linear2;

 protected:
  TransformerLayer(std::int64_t d_model, std::int64_t nhead,
                   const TransformerLayerOptions& options);
  Tensor fed_forward(const Tensor& x) const;
  static LayerNorm norm_of(std::int64_t d_model, const TransformerLayerOptions& options);
  bool norm_first() const { return norm_first_; }

 private:
  bool gelu_, norm_first_;
};

}  // namespace detail

/// x + attention(x), then x + linear2(activation(linear1(x))), with a norm behind or before each;
/// what is added is dropped in part while training. Of the input's shape, see MultiheadAttention.
/// Throws Error for an activation that is neither "relu" nor "gelu", and as MultiheadAttention.
class TransformerEncoderLayer : public detail::TransformerLayer {
 public:
  TransformerEncoderLayer(AsSize d_model, AsSize nhead,
                          const TransformerLayerOptions& options = {});
  template <tapegrad::detail::Integral T>
  TransformerEncoderLayer(AsSize d_model, AsSize nhead, T dim_feedforward,
                          tapegrad::detail::Real dropped = 0.1)
      : TransformerEncoderLayer(
            d_model, nhead,
            TransformerLayerOptions{.dim_feedforward = dim_feedforward, .dropout = dropped}) {}

  LayerNorm norm1, norm2;
  Dropout dropout1, dropout2;

  void visit(Visitor& v) override;
  Tensor forward(const Tensor& src, const EncoderMasks& masks = {}) const;
  Tensor operator()(const Tensor& src, const EncoderMasks& masks = {}) const {
    const NameScope scope(scope_name());
    return detail::noted(*this, forward(src, masks));
  }
  template <std::derived_from<Tensor> Mask>
  Tensor operator()(const Tensor& src, const Mask& mask) const {
    return (*this)(src, EncoderMasks{.mask = mask});
  }
};

/// As an encoder's layer, with attention to the memory, what an encoder gave, in the middle.
class TransformerDecoderLayer : public detail::TransformerLayer {
 public:
  TransformerDecoderLayer(AsSize d_model, AsSize nhead,
                          const TransformerLayerOptions& options = {});
  template <tapegrad::detail::Integral T>
  TransformerDecoderLayer(AsSize d_model, AsSize nhead, T dim_feedforward,
                          tapegrad::detail::Real dropped = 0.1)
      : TransformerDecoderLayer(
            d_model, nhead,
            TransformerLayerOptions{.dim_feedforward = dim_feedforward, .dropout = dropped}) {}

  MultiheadAttention multihead_attn;
  LayerNorm norm1, norm2, norm3;
  Dropout dropout1, dropout2, dropout3;

  void visit(Visitor& v) override;
  Tensor forward(const Tensor& tgt, const Tensor& memory, const DecoderMasks& masks = {}) const;
  Tensor operator()(const Tensor& tgt, const Tensor& memory, const DecoderMasks& masks = {}) const {
    const NameScope scope(scope_name());
    return detail::noted(*this, forward(tgt, memory, masks));
  }
  template <std::derived_from<Tensor> Mask>
  Tensor operator()(const Tensor& tgt, const Tensor& memory, const Mask& tgt_mask) const {
    return (*this)(tgt, memory, DecoderMasks{.tgt_mask = tgt_mask});
  }
};

/// Copies of a layer, one behind the other, and a norm, if there is one. Throws Error for a
/// negative number of layers.
class TransformerEncoder : public Module {
 public:
  TransformerEncoder(const TransformerEncoderLayer& layer, AsSize num_layers,
                     std::optional<LayerNorm> norm = {});

  std::vector<TransformerEncoderLayer> layers;
  std::optional<LayerNorm> norm;

  void visit(Visitor& v) override;
  Tensor forward(const Tensor& src, const EncoderMasks& masks = {}) const;
  Tensor operator()(const Tensor& src, const EncoderMasks& masks = {}) const {
    const NameScope scope(scope_name());
    return detail::noted(*this, forward(src, masks));
  }
  template <std::derived_from<Tensor> Mask>
  Tensor operator()(const Tensor& src, const Mask& mask) const {
    return (*this)(src, EncoderMasks{.mask = mask});
  }
};

/// The same of decoder layers, each of which sees the memory.
class TransformerDecoder : public Module {
 public:
  TransformerDecoder(const TransformerDecoderLayer& layer, AsSize num_layers,
                     std::optional<LayerNorm> norm = {});

  std::vector<TransformerDecoderLayer> layers;
  std::optional<LayerNorm> norm;

  void visit(Visitor& v) override;
  Tensor forward(const Tensor& tgt, const Tensor& memory, const DecoderMasks& masks = {}) const;
  Tensor operator()(const Tensor& tgt, const Tensor& memory, const DecoderMasks& masks = {}) const {
    const NameScope scope(scope_name());
    return detail::noted(*this, forward(tgt, memory, masks));
  }
  template <std::derived_from<Tensor> Mask>
  Tensor operator()(const Tensor& tgt, const Tensor& memory, const Mask& tgt_mask) const {
    return (*this)(tgt, memory, DecoderMasks{.tgt_mask = tgt_mask});
  }
};

struct TransformerOptions {
  std::int64_t d_model = 512;
  std::int64_t nhead = 8;
  std::int64_t num_encoder_layers = 6;
  std::int64_t num_decoder_layers = 6;
  TransformerLayerOptions layer = {};
};

struct TransformerMasks {
  EncoderMasks src = {};
  DecoderMasks tgt = {};
};

/// An encoder, whose result is the memory of a decoder; each ends with a norm. All matrices begin
/// as xavier_uniform_().
class Transformer : public Module {
 public:
  explicit Transformer(const TransformerOptions& options = {});
  template <tapegrad::detail::Integral T>
  explicit Transformer(T, const auto&...) : Transformer() {
    static_assert(!std::integral<T>, "name the options: {.d_model = 512, .nhead = 8}");
  }

  TransformerEncoder encoder;
  TransformerDecoder decoder;

  void visit(Visitor& v) override;
  /// src: [places, batch, d_model], tgt: [others, batch, d_model]  ->  as tgt; the first two the
  /// other way round if batch_first.
  Tensor forward(const Tensor& src, const Tensor& tgt, const TransformerMasks& masks = {}) const;
  Tensor operator()(const Tensor& src, const Tensor& tgt,
                    const TransformerMasks& masks = {}) const {
    const NameScope scope(scope_name());
    return detail::noted(*this, forward(src, tgt, masks));
  }

  /// [size, size]: -inf behind each place, 0 elsewhere, to be added to scores. is_causal does the
  /// same without a mask, and faster.
  static Tensor generate_square_subsequent_mask(std::int64_t size, const TensorOptions& like = {});
};

}  // namespace nn
}  // namespace tapegrad
