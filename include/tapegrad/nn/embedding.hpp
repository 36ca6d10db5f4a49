// Embedding and EmbeddingBag: vectors that are looked up.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>

#include "tapegrad/nn/module.hpp"
#include "tapegrad/ops/index/embedding.hpp"
#include "tapegrad/ops/index/embedding_bag.hpp"
#include "tapegrad/random.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace nn {

struct EmbeddingOptions {
  /// A row that begins at 0 and isn't trained.
  std::optional<std::int64_t> padding_idx = {};
  /// Before they are looked up, longer rows of the weight are made so long.
  std::optional<double> max_norm = {};
  double norm_type = 2;
  bool scale_grad_by_freq = false;
  /// The weight's gradient is one of the rows alone that were looked up, for SparseAdam, SGD and
  /// Adagrad, whose steps then change these rows and read no others.
  bool sparse = false;
  DType dtype = float32;
  Generator& generator = default_generator();
};

/// embedding() with a weight that begins normal, with mean 0 and deviation 1.
class Embedding : public Layer {
 public:
  Embedding(AsSize num_embeddings, AsSize embedding_dim, EmbeddingOptions options = {});
  template <tapegrad::detail::Integral T>
  Embedding(AsSize num_embeddings, AsSize embedding_dim, T padding_idx)
      : Embedding(num_embeddings, embedding_dim, EmbeddingOptions{.padding_idx = padding_idx}) {}

  Parameter weight;  ///< [num_embeddings, embedding_dim]

  void visit(Visitor& v) override;
  Tensor forward(const Tensor& indices) const override;
  std::string extra_repr() const override;

 private:
  EmbeddingFuncOptions options_;
};

struct EmbeddingBagOptions {
  std::optional<double> max_norm = {};
  double norm_type = 2;
  bool scale_grad_by_freq = false;
  EmbeddingBagMode mode = EmbeddingBagMode::mean;
  bool sparse = false;
  /// The last offset is the end of the last bag.
  bool include_last_offset = false;
  /// A row that begins at 0, isn't trained and is left out of its bag.
  std::optional<std::int64_t> padding_idx = {};
  DType dtype = float32;
  Generator& generator = default_generator();
};

/// embedding_bag() with a weight that begins as Embedding's.
class EmbeddingBag : public Layer {
 public:
  EmbeddingBag(AsSize num_embeddings, AsSize embedding_dim, EmbeddingBagOptions options = {});
  template <class T>
  requires std::is_arithmetic_v<T> EmbeddingBag(AsSize, AsSize, T) {
    static_assert(!std::is_arithmetic_v<T>, "name it: {.max_norm = 2}, or {.padding_idx = 0}");
  }

  Parameter weight;  ///< [num_embeddings, embedding_dim]

  void visit(Visitor& v) override;
  /// A matrix of indices, a bag in each row.
  Tensor forward(const Tensor& indices) const override;
  /// Offsets, and the factors of a sum, may be undefined.
  Tensor forward(const Tensor& indices, const Tensor& offsets,
                 const Tensor& per_sample_weights = {}) const;
  using Layer::operator();
  Tensor operator()(const Tensor& indices, const Tensor& offsets,
                    const Tensor& per_sample_weights = {}) const {
    const NameScope scope(scope_name());
    return forward(indices, offsets, per_sample_weights);
  }
  std::string extra_repr() const override;

 private:
  EmbeddingBagFuncOptions options_;
};

}  // namespace nn
}  // namespace tapegrad
