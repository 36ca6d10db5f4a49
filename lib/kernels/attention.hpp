// Attention: means of values, weighted by how queries and keys agree. A block of queries at a time,
// so that weights need little memory; they are made anew for the gradients.
#pragma once

#include <cstdint>

#include "kernels/ref.hpp"

namespace tapegrad::kernels {

/// What there is to read, all of one element type.
struct Attention {
  Ref query;        ///< [batch, places, heads, size], a row of numbers dense, as in the next two
  Ref key;          ///< [batch, keys, heads, size]
  Ref value;        ///< [batch, keys, heads, width]
  const Ref* mask;  ///< [batch, heads, places, keys], added to the scores; or null
  const Ref* kept;  ///< the same, where it is 0 a weight is dropped; or null
  double scale;     ///< of scores
  double more;      ///< what is kept is multiplied by
  bool causal;      ///< a place sees no keys behind it
};

/// out: [batch, places, heads, width], row-major. A place that sees nothing gets zeros.
void attention(Ref out, const Attention& a);

/// From the gradient of `out`, which lies row-major as the three results do.
void attention_back(Ref to_query, Ref to_key, Ref to_value, Ref g, const Attention& a);

}  // namespace tapegrad::kernels
