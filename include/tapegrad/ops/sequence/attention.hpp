// Attention: each place of a sequence takes the mean of what others hold, weighted by how well its
// query agrees with their keys.
#pragma once

#include <optional>

#include "tapegrad/random.hpp"
#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

namespace nn {

struct AttentionOptions {
  /// Broadcasts to [..., places, keys]. Booleans: where a key may be seen. Numbers, of the element
  /// type of the rest, are added to the scores.
  Tensor attn_mask = {};
  /// How many of the weights are dropped, by chance; the others grow by 1 / (1 - dropout_p).
  double dropout_p = 0;
  /// A place sees no keys behind it: place i those up to i. Beside a mask, both hold.
  bool is_causal = false;
  /// What scores are multiplied by: 1 / sqrt(size) unless given.
  std::optional<double> scale = {};
  /// Grouped queries: the third last size of key and value divides that of the query, and each of
  /// their heads serves as many queries that follow one another.
  bool enable_gqa = false;
  Generator& generator = default_generator();
};

/// softmax(query key^T scale + mask) value, in blocks, so that the weights of all places are never
/// in memory at once.
///   query: [..., places, size], key: [..., keys, size], value: [..., keys, width]
///     ->  [..., places, width]
/// The sizes in front broadcast. A place that sees no key gets zeros. Derivative: with p, the
/// weights, p^T g to the value; d key scale to the query and d^T query scale to the key, d being p
/// (h - sum(p h)) along the keys and h = g value^T, where weights were not dropped. The mask has
/// its derivative, too, but then all weights are kept. Throws ShapeError where shapes don't fit,
/// DTypeError unless all have one floating-point type (a mask may be boolean), Error unless 0 <=
/// dropout_p <= 1 and for a scale that isn't finite. Source: Vaswani et al. (2017), "Attention is
/// all you need"; Dao et al. (2022), "FlashAttention: fast and memory-efficient exact attention
/// with IO-awareness".
Tensor scaled_dot_product_attention(const Tensor& query, const Tensor& key, const Tensor& value,
                                    const AttentionOptions& options = {});

struct AttentionResult {
  Tensor output;   ///< [..., places, width]
  Tensor weights;  ///< [..., places, keys]
};

/// The same with the weights, as far as they weren't dropped.
AttentionResult scaled_dot_product_attention_with_weights(const Tensor& query, const Tensor& key,
                                                          const Tensor& value,
                                                          const AttentionOptions& options = {});

}  // namespace nn

}  // namespace tapegrad
