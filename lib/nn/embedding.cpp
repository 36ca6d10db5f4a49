#include "tapegrad/nn/embedding.hpp"

#include "core/check.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/nn/init.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/index.hpp"
#include "tapegrad/ops/pointwise.hpp"

namespace tapegrad::nn {
namespace {

std::int64_t row_of(std::int64_t padding, std::int64_t rows) {
  check<IndexError>(padding >= -rows && padding < rows,
                    "embedding: padding_idx is {}; there are {} rows", padding, rows);
  return padding < 0 ? padding + rows : padding;
}

}  // namespace

Tensor embedding(const Tensor& indices, const Tensor& weight, std::optional<std::int64_t> padding) {
  check_defined("embedding", indices, weight);
  check<ShapeError>(weight.dim() == 2, "embedding: weight is {}; it needs two dimensions",
                    weight.shape());
  Shape shape = indices.shape();
  shape.push_back(weight.size(1));
  const Tensor rows = index_select(weight, 0, indices.reshape({indices.numel()}));
  if (!padding) return rows.reshape(shape);
  const Tensor is_padding = indices.reshape({-1, 1}) == row_of(*padding, weight.size(0));
  return where(is_padding, rows.detach(), rows).reshape(shape);
}

Embedding::Embedding(std::int64_t num_embeddings, std::int64_t embedding_dim,
                     EmbeddingOptions options)
    : padding_(options.padding_idx) {
  check<ShapeError>(num_embeddings >= 0 && embedding_dim >= 0,
                    "Embedding: {} vectors of {} elements; sizes are not negative", num_embeddings,
                    embedding_dim);
  check_dtype("Embedding", options.dtype);
  check<DTypeError>(is_floating(options.dtype), "Embedding: {} parameters; use float32 or float64",
                    options.dtype);
  weight = empty({num_embeddings, embedding_dim}, {.dtype = options.dtype});
  init::normal_(weight, 0, 1, options.generator);
  if (!padding_) return;
  const NoGrad guard;
  weight[row_of(*padding_, num_embeddings)].fill_(0);
}

void Embedding::visit(Visitor& v) { v("weight", weight); }

Tensor Embedding::forward(const Tensor& indices) const {
  check<Error>(weight.defined(), "Embedding: it has no weight: it was moved from");
  return embedding(indices, weight, padding_);
}

std::string Embedding::extra_repr() const {
  if (!weight.defined()) return "moved from";
  const std::string sizes = fmt::format("{}, {}", weight.size(0), weight.size(1));
  return padding_ ? fmt::format("{}, padding_idx={}", sizes, row_of(*padding_, weight.size(0)))
                  : sizes;
}

}  // namespace tapegrad::nn
