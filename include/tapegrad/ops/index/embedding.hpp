// Rows of a table that indices name, as the layers nn::Embedding and nn::EmbeddingBag look them up.
#pragma once

#include <cstdint>
#include <optional>

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace nn {

struct EmbeddingFuncOptions {
  /// A row that gets no gradient; negative counts from the end.
  std::optional<std::int64_t> padding_idx = {};
  /// Before they are looked up, rows of a larger norm are multiplied by max_norm / (norm + 1e-7),
  /// in the weight itself and outside the tape.
  std::optional<double> max_norm = {};
  /// As norm()'s p.
  double norm_type = 2;
  /// Divides the gradient of a row by how often it is named.
  bool scale_grad_by_freq = false;
  /// backward() brings the weight a gradient of the rows alone: sparse_grad.hpp.
  bool sparse = false;
};

/// The rows of `weight` that the indices name.
///   indices: [...] of integers, weight: [count, size]  ->  [..., size]
/// Derivative: g added to the rows, without those of `padding_idx`; none to that row. With
/// `sparse`, backward() gives a weight that is a leaf of float32 or float64 these rows and nothing
/// else, the same to the bit as in a dense gradient. grad(), hooks of the weight, captured
/// functions and graphs see a dense one, and derivatives of higher order are dense.
/// Throws IndexError for an index or a padding_idx that is no row, DTypeError for indices that
/// aren't integers, ShapeError unless the weight is a matrix, Error for scale_grad_by_freq with
/// `sparse` and for a max_norm or norm_type that isn't positive.
Tensor embedding(const Tensor& indices, const Tensor& weight, const EmbeddingFuncOptions& options);
Tensor embedding(const Tensor& indices, const Tensor& weight,
                 std::optional<std::int64_t> padding_idx = {});

}  // namespace nn
}  // namespace tapegrad
