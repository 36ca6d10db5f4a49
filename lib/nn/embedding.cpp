#include "tapegrad/nn/embedding.hpp"

#include <string_view>

#include "core/check.hpp"
#include "nn/python_text.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/nn/init.hpp"
#include "tapegrad/ops/create.hpp"

namespace tapegrad::nn {
namespace {

/// A weight that begins normal, but for the padding.
Tensor begun(std::string_view layer, std::int64_t count, std::int64_t size,
             std::optional<std::int64_t> padding, DType dtype, Generator& generator) {
  check<ShapeError>(count >= 0 && size >= 0,
                    "{}: {} vectors of {} elements; sizes are not negative", layer, count, size);
  check_dtype(layer, dtype);
  check<DTypeError>(is_floating(dtype), "{}: {} parameters; use float32 or float64", layer, dtype);
  check<IndexError>(!padding || (*padding >= -count && *padding < count),
                    "{}: padding_idx is {}; there are {} rows", layer, padding.value_or(0), count);
  Tensor weight = empty({count, size}, {.dtype = dtype});
  init::normal_(weight, 0, 1, generator);
  if (padding) weight.select(0, *padding).fill_(0);
  return weight;
}

void check_not_moved_from(std::string_view layer, const Tensor& weight) {
  check<Error>(weight.defined(), "{}: it has no weight: it was moved from", layer);
}

std::int64_t counted_from_begin(std::int64_t padding, const Tensor& weight) {
  return padding < 0 ? padding + weight.size(0) : padding;
}

/// max_norm, norm_type and scale_grad_by_freq, where they aren't the usual.
template <class Options>
std::string text_of(const Options& options) {
  std::string text;
  if (options.max_norm) text += ", max_norm=" + python_text(*options.max_norm);
  if (options.norm_type != 2) text += ", norm_type=" + python_text(options.norm_type);
  if (options.scale_grad_by_freq) text += ", scale_grad_by_freq=True";
  return text;
}

}  // namespace

Embedding::Embedding(AsSize num_embeddings, AsSize embedding_dim, EmbeddingOptions options)
    : weight(begun("Embedding", num_embeddings, embedding_dim, options.padding_idx, options.dtype,
                   options.generator)),
      options_{.padding_idx = options.padding_idx,
               .max_norm = options.max_norm,
               .norm_type = options.norm_type,
               .scale_grad_by_freq = options.scale_grad_by_freq,
               .sparse = options.sparse} {}

void Embedding::visit(Visitor& v) { v("weight", weight); }

Tensor Embedding::forward(const Tensor& indices) const {
  check_not_moved_from("Embedding", weight);
  return embedding(indices, weight, options_);
}

std::string Embedding::extra_repr() const {
  if (!weight.defined()) return "moved from";
  std::string text = fmt::format("{}, {}", weight.size(0), weight.size(1));
  if (options_.padding_idx) {
    text += fmt::format(", padding_idx={}", counted_from_begin(*options_.padding_idx, weight));
  }
  return text + text_of(options_) + (options_.sparse ? ", sparse=True" : "");
}

EmbeddingBag::EmbeddingBag(AsSize num_embeddings, AsSize embedding_dim, EmbeddingBagOptions options)
    : weight(begun("EmbeddingBag", num_embeddings, embedding_dim, options.padding_idx,
                   options.dtype, options.generator)),
      options_{.max_norm = options.max_norm,
               .norm_type = options.norm_type,
               .scale_grad_by_freq = options.scale_grad_by_freq,
               .mode = options.mode,
               .sparse = options.sparse,
               .include_last_offset = options.include_last_offset,
               .padding_idx = options.padding_idx} {}

void EmbeddingBag::visit(Visitor& v) { v("weight", weight); }

Tensor EmbeddingBag::forward(const Tensor& indices) const {
  return forward(indices, Tensor(), Tensor());
}

Tensor EmbeddingBag::forward(const Tensor& indices, const Tensor& offsets,
                             const Tensor& per_sample_weights) const {
  check_not_moved_from("EmbeddingBag", weight);
  EmbeddingBagFuncOptions options = options_;
  options.per_sample_weights = per_sample_weights;
  return offsets.defined() ? embedding_bag(indices, weight, offsets, options)
                           : embedding_bag(indices, weight, options);
}

std::string EmbeddingBag::extra_repr() const {
  if (!weight.defined()) return "moved from";
  constexpr std::string_view modes[] = {"sum", "mean", "max"};
  std::string text = fmt::format("{}, {}{}, mode='{}'", weight.size(0), weight.size(1),
                                 text_of(options_), modes[static_cast<int>(options_.mode)]);
  if (options_.padding_idx) {
    text += fmt::format(", padding_idx={}", counted_from_begin(*options_.padding_idx, weight));
  }
  return text;
}

}  // namespace tapegrad::nn
