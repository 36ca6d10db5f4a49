// Sums, means and maxima of the rows that bags of indices name.
#pragma once

#include <cstdint>
#include <optional>

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace nn {

/// What becomes of the rows of a bag.
enum class EmbeddingBagMode { sum, mean, max };

struct EmbeddingBagFuncOptions {
  /// As embedding()'s.
  std::optional<double> max_norm = {};
  double norm_type = 2;
  bool scale_grad_by_freq = false;
  EmbeddingBagMode mode = EmbeddingBagMode::mean;
  bool sparse = false;
  /// What each row is multiplied by, for sums alone: of the indices' shape and the weight's type.
  Tensor per_sample_weights = {};
  /// The last offset is the end of the last bag, and begins none.
  bool include_last_offset = false;
  /// A row that is left out of its bag, also where the mean counts, and gets no gradient; negative
  /// counts from the end.
  std::optional<std::int64_t> padding_idx = {};
};

/// The sum, mean or maximum of the rows of `weight` that each bag of indices names.
///   indices: [n] of integers, offsets: [bags] of integers, where each bag begins: the first at 0,
///     weight: [count, size]  ->  [bags, size]
///   indices: [bags, n] without offsets  ->  [bags, size]
/// A bag without rows gives 0. NaN is the maximum of what it is among.
/// Derivative: g of its bag to each row and, multiplied by the row, to its per_sample_weight; of a
/// mean divided by how many there are, of a maximum, which has a kink where rows are equal, to the
/// first of these alone. scale_grad_by_freq divides by how often a row is named in all bags, where
/// PyTorch's bags take counts of other rows. `sparse` as in embedding(). Throws as embedding()
/// does; ShapeError for other ranks and for offsets beside a matrix, IndexError for offsets that
/// don't begin at 0, descend or lie beyond the indices, DTypeError for offsets that aren't
/// integers, Error for per_sample_weights unless the mode is sum, and for scale_grad_by_freq or
/// `sparse` with maxima.
Tensor embedding_bag(const Tensor& indices, const Tensor& weight, const Tensor& offsets,
                     const EmbeddingBagFuncOptions& options = {});
Tensor embedding_bag(const Tensor& indices, const Tensor& weight,
                     const EmbeddingBagFuncOptions& options = {});

}  // namespace nn
}  // namespace tapegrad
