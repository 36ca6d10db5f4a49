// Attention as a module: projections of queries, keys and values, and heads that attend apart.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "tapegrad/nn/linear.hpp"
#include "tapegrad/nn/module.hpp"
#include "tapegrad/ops/sequence/attention.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace nn {

struct MultiheadAttentionOptions {
  /// How many of the weights are dropped while training.
  double dropout = 0;
  bool bias = true;
  /// Beside the keys and values that are given, one more of each, which is learnt.
  bool add_bias_kv = false;
  /// And another whose numbers are all 0: a query may turn to nothing.
  bool add_zero_attn = false;
  /// Sizes of keys and values where they aren't embed_dim.
  std::optional<std::int64_t> kdim = {}, vdim = {};
  /// Tensors are [batch, places, size] instead of [places, batch, size].
  bool batch_first = false;
  DType dtype = float32;
  /// What the parameters, and what is dropped, are drawn from; it must outlive the module.
  Generator& generator = default_generator();
};

/// What a call may say beside its tensors. As in PyTorch, and other than in
/// scaled_dot_product_attention(), a boolean mask says where a key may NOT be seen.
struct MultiheadAttentionArguments {
  /// [batch, keys]: booleans, true where a key is padding, or numbers that are added to scores.
  Tensor key_padding_mask = {};
  /// Without weights, the faster way is taken.
  bool need_weights = true;
  /// [places, keys] or [batch * heads, places, keys].
  Tensor attn_mask = {};
  /// One weight for all heads, their mean.
  bool average_attn_weights = true;
  /// A place sees no keys behind it. A mask isn't needed for that, and may be there.
  bool is_causal = false;
};

/// scaled_dot_product_attention() in `num_heads` parts of the projections of its inputs, and a
/// projection of the parts side by side.
///   query: [places, batch, embed_dim], key: [keys, batch, kdim], value: [keys, batch, vdim]; the
///   first two sizes the other way round if batch_first; or all without the batch
///     ->  output of the query's shape; weights [batch, places, keys], or [batch, heads, places,
///         keys] unless averaged; with add_bias_kv and add_zero_attn there is a key more for each,
///         behind those that are given, which no mask hides
/// A place that sees no key has weights of 0 (NaN in PyTorch). The projections of the inputs begin
/// as xavier_uniform_(), the last one as Linear's, what add_bias_kv adds as xavier_normal_();
/// biases at 0.
class MultiheadAttention : public Module {
 public:
  /// Throws ShapeError unless num_heads divides embed_dim, and for sizes that aren't positive;
  /// DTypeError for integer parameters; Error unless 0 <= dropout <= 1.
  MultiheadAttention(AsSize embed_dim, AsSize num_heads,
                     const MultiheadAttentionOptions& options = {});
  template <std::floating_point T>
  MultiheadAttention(AsSize embed_dim, AsSize num_heads, T dropout)
      : MultiheadAttention(embed_dim, num_heads, MultiheadAttentionOptions{.dropout = dropout}) {}

  Parameter in_proj_weight;  ///< [3 embed_dim, embed_dim], or undefined where sizes differ:
  Parameter q_proj_weight;   ///< [embed_dim, embed_dim]
  Parameter k_proj_weight;   ///< [embed_dim, kdim]
  Parameter v_proj_weight;   ///< [embed_dim, vdim]
  Parameter in_proj_bias;    ///< [3 embed_dim], or undefined
  Parameter bias_k, bias_v;  ///< [1, 1, embed_dim], or undefined without add_bias_kv
  Linear out_proj;

  void visit(Visitor& v) override;
  AttentionResult forward(const Tensor& query, const Tensor& key, const Tensor& value,
                          const MultiheadAttentionArguments& arguments = {}) const;
  AttentionResult operator()(const Tensor& query, const Tensor& key, const Tensor& value,
                             const MultiheadAttentionArguments& arguments = {}) const {
    const NameScope scope(scope_name());
    return detail::noted(*this, forward(query, key, value, arguments));
  }

 private:
  struct Heads;

  void check_inputs(const Tensor& query, const Tensor& key, const Tensor& value) const;
  Heads projected(const Tensor& query, const Tensor& key, const Tensor& value) const;
  Tensor part_of_bias(std::int64_t part) const;
  Tensor heads_of(const Tensor& x) const;
  Tensor joined(const Tensor& heads) const;
  /// Both masks as one that is added, or undefined.
  Tensor mask_of(const MultiheadAttentionArguments& arguments, const Tensor& query,
                 const Tensor& key) const;
  /// A mask that hides none of what extended() adds.
  static Tensor mask_beyond(Tensor mask, const Heads& heads, bool causal, std::int64_t more);
  Tensor extended(const Tensor& heads, const Tensor& learnt) const;

  std::int64_t embed_dim_, num_heads_;
  std::int64_t kdim_, vdim_;
  double dropout_;
  bool batch_first_, add_zero_attn_;
  Generator* generator_;
};

}  // namespace nn
}  // namespace tapegrad
