// What embedding() and embedding_bag() share.
#pragma once

#include <cstdint>
#include <string_view>

#include "tapegrad/ops/index/embedding.hpp"

namespace tapegrad {

/// Which row `padding` is; throws IndexError.
std::int64_t padding_row(std::string_view operation, std::int64_t padding, const Tensor& weight);

/// Throws for a weight and options that don't fit.
void check_lookup(std::string_view operation, const Tensor& weight,
                  const nn::EmbeddingFuncOptions& options);

/// The rows that the indices [n] name, once those that are too long have been made shorter: [n,
/// size]. The row options.padding_idx gets no gradient.
Tensor looked_up(std::string_view operation, const Tensor& indices, const Tensor& weight,
                 const nn::EmbeddingFuncOptions& options);

}  // namespace tapegrad
