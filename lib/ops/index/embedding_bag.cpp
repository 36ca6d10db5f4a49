#include "tapegrad/ops/index/embedding_bag.hpp"

#include "core/check.hpp"
#include "core/computed_with.hpp"
#include "core/speaking.hpp"
#include "ops/index/indices.hpp"
#include "ops/index/lookup.hpp"
#include "ops/value_check.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/index.hpp"
#include "tapegrad/ops/pointwise.hpp"

namespace tapegrad::nn {
namespace {

constexpr std::string_view name = "embedding_bag";

/// Throws IndexError unless the offsets are where bags of the indices begin.
struct OffsetsFit {
  void operator()(const Tensor& offsets, const Tensor& indices) const {
    std::int64_t before = 0;
    const std::vector<std::int64_t> all = offsets.to_vector<std::int64_t>();
    check<IndexError>(all.empty() || all[0] == 0, "{}: the first offset is {}; it must be 0", name,
                      all.empty() ? 0 : all[0]);
    for (const std::int64_t offset : all) {
      check<IndexError>(offset >= before && offset <= indices.numel(),
                        "{}: offset {} behind {} for {} indices; offsets don't descend, and none "
                        "lies behind the end",
                        name, offset, before, indices.numel());
      before = offset;
    }
  }
};

void check_bags(const Tensor& indices, const Tensor& weight,
                const EmbeddingBagFuncOptions& options) {
  const bool is_max = options.mode == EmbeddingBagMode::max;
  check<Error>(
      options.mode == EmbeddingBagMode::sum || options.mode == EmbeddingBagMode::mean || is_max,
      "{}: there is no mode {}", name, static_cast<int>(options.mode));
  check<Error>(!is_max || !options.sparse,
               "{}: sparse is {}, but maxima have no sparse gradients; take sums or means", name,
               options.sparse);
  check<Error>(!is_max || !options.scale_grad_by_freq,
               "{}: scale_grad_by_freq is {}, but the gradients of maxima can't be scaled so", name,
               options.scale_grad_by_freq);
  const Tensor& factors = options.per_sample_weights;
  if (!factors.defined()) return;
  check<Error>(options.mode == EmbeddingBagMode::sum,
               "{}: per_sample_weights of shape {}; they are for sums alone", name,
               factors.shape());
  check<ShapeError>(factors.shape() == indices.shape(),
                    "{}: per_sample_weights have shape {}, the indices {}", name, factors.shape(),
                    indices.shape());
  check<DTypeError>(factors.dtype() == weight.dtype(),
                    "{}: per_sample_weights are {}, the weight is {}; convert them with to()", name,
                    factors.dtype(), weight.dtype());
}

/// The bag of each index; that behind the last holds what is in none.
struct Bags {
  Tensor of;
  std::int64_t count;
  EmbeddingBagMode mode;

  /// Without the one that is none.
  Tensor real(const Tensor& all) const { return all.narrow(0, 0, count); }
  Tensor sums(const Tensor& rows) const {
    const Tensor none = zeros({count + 1, rows.size(1)}, {.dtype = rows.dtype()});
    return real(index_add(none, 0, of, rows));
  }
  Tensor means(const Tensor& rows) const {
    const Tensor one = ones({of.numel()}, {.dtype = float64});
    const Tensor counts = real(index_add(zeros({count + 1}, {.dtype = float64}), 0, of, one));
    return sums(rows) / clamp_min(counts, 1).to(rows.dtype()).unsqueeze(1);
  }
  /// The first row of the bag that has its largest element, for each column; no place, which is
  /// behind all rows, for a bag without any.
  Tensor winners(const Tensor& rows) const {
    const NoGrad guard;
    const std::int64_t n = rows.size(0);
    const Tensor bag = of.unsqueeze(1).expand(rows.shape());
    const Shape shape{count + 1, rows.size(1)};
    const Tensor most = scatter_reduce(zeros(shape, {.dtype = rows.dtype()}), 0, bag, rows, "amax",
                                       /*include_self=*/false);
    const Tensor has_it = (rows == index_select(most, 0, of)) | (rows != rows);
    const Tensor place = tapegrad::where(has_it, arange(n).unsqueeze(1), n);
    return real(scatter_reduce(full(shape, n, {.dtype = int64}), 0, bag, place, "amin"));
  }
  Tensor maxima(const Tensor& rows) const {
    if (rows.size(0) == 0) return sums(rows);
    const Tensor place = winners(rows);
    const Tensor is_empty = place == rows.size(0);
    return masked_fill(gather(rows, 0, masked_fill(place, is_empty, 0)), is_empty, 0);
  }
  Tensor joined(const Tensor& rows) const {
    if (mode == EmbeddingBagMode::sum) return sums(rows);
    return mode == EmbeddingBagMode::mean ? means(rows) : maxima(rows);
  }
};

Tensor embedded(const Tensor& indices, const Tensor& weight, Bags bags,
                const EmbeddingBagFuncOptions& options) {
  const Tensor line = indices.reshape({indices.numel()});
  Tensor rows = looked_up(name, line, weight,
                          {.padding_idx = options.padding_idx,
                           .max_norm = options.max_norm,
                           .norm_type = options.norm_type,
                           .scale_grad_by_freq = options.scale_grad_by_freq,
                           .sparse = options.sparse});
  if (options.padding_idx) {
    const std::int64_t padding = padding_row(name, *options.padding_idx, weight);
    const Tensor is_padding = line == padding;
    bags.of = tapegrad::where(is_padding, bags.count, bags.of);
    // The gradient there is 0, which times NaN or infinity would be NaN in that of the factors.
    if (options.per_sample_weights.defined()) {
      rows = masked_fill(rows, is_padding.unsqueeze(1), 0);
    }
  }
  if (options.per_sample_weights.defined()) {
    rows = rows * options.per_sample_weights.reshape({-1, 1});
  }
  return speaking_as(name, [&] { return bags.joined(rows); });
}

void check_all(const Tensor& indices, const Tensor& weight,
               const EmbeddingBagFuncOptions& options) {
  check_lookup(name, weight,
               {.max_norm = options.max_norm,
                .norm_type = options.norm_type,
                .scale_grad_by_freq = options.scale_grad_by_freq,
                .sparse = options.sparse});
  check_bags(indices, weight, options);
}

}  // namespace

Tensor embedding_bag(const Tensor& indices, const Tensor& weight, const Tensor& offsets,
                     const EmbeddingBagFuncOptions& options) {
  check_defined(name, indices, weight, offsets);
  check_all(indices, weight, options);
  check<ShapeError>(indices.dim() == 1 && offsets.dim() == 1,
                    "{}: indices of shape {} and offsets of shape {}; both have one dimension, and "
                    "a matrix of indices has no offsets",
                    name, indices.shape(), offsets.shape());
  const std::int64_t count = offsets.numel() - (options.include_last_offset ? 1 : 0);
  check<ShapeError>(count >= 0 && (count > 0 || indices.numel() == 0),
                    "{}: offsets of shape {} make no bag for {} indices", name, offsets.shape(),
                    indices.numel());
  const Tensor begins = integers_of(name, offsets, "offsets");
  check_values(OffsetsFit{}, begins, indices);
  const ComputedWith guard({&indices, &weight, &offsets});
  const Tensor bag = searchsorted(begins, arange(indices.numel()), /*right=*/true) - 1;
  return embedded(indices, weight, {bag, count, options.mode}, options);
}

Tensor embedding_bag(const Tensor& indices, const Tensor& weight,
                     const EmbeddingBagFuncOptions& options) {
  check_defined(name, indices, weight);
  check_all(indices, weight, options);
  check<ShapeError>(indices.dim() == 2,
                    "{}: indices of shape {} without offsets; they are a matrix, a bag in each row",
                    name, indices.shape());
  check<Error>(!options.include_last_offset,
               "{}: include_last_offset is {}, but there are no offsets", name,
               options.include_last_offset);
  const ComputedWith guard({&indices, &weight});
  const Tensor bag = arange(indices.size(0)).unsqueeze(1).expand(indices.shape());
  return embedded(indices, weight, {bag.reshape({-1}), indices.size(0), options.mode}, options);
}

}  // namespace tapegrad::nn
