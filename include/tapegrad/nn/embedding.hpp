// Embedding: vectors that are looked up.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "tapegrad/nn/module.hpp"
#include "tapegrad/random.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace nn {

/// The rows of `weight` that the indices name.
///   indices: [...] of integers, weight: [count, size]  ->  [..., size]
/// Derivative: g added to the rows, a dense tensor; none to row `padding_idx`, which may be
/// negative and counts from the end then. Throws IndexError for an index or a padding_idx that is
/// no row, DTypeError for indices that aren't integers, ShapeError unless the weight is a matrix.
Tensor embedding(const Tensor& indices, const Tensor& weight,
                 std::optional<std::int64_t> padding_idx = {});

struct EmbeddingOptions {
  /// A row that begins at 0 and isn't trained.
  std::optional<std::int64_t> padding_idx = {};
  DType dtype = float32;
  Generator& generator = default_generator();
};

/// embedding() with a weight that begins normal, with mean 0 and deviation 1.
class Embedding : public Layer {
 public:
  Embedding(std::int64_t num_embeddings, std::int64_t embedding_dim, EmbeddingOptions options = {});

  Parameter weight;  ///< [num_embeddings, embedding_dim]

  void visit(Visitor& v) override;
  Tensor forward(const Tensor& indices) const override;
  std::string extra_repr() const override;

 private:
  std::optional<std::int64_t> padding_;
};

}  // namespace nn
}  // namespace tapegrad
