#include "tapegrad/ops/index/embedding.hpp"

#include "autograd/apply.hpp"
#include "autograd/row_gradient.hpp"
#include "core/check.hpp"
#include "core/speaking.hpp"
#include "kernels/index.hpp"
#include "kernels/rows.hpp"
#include "ops/index/copy.hpp"
#include "ops/index/indices.hpp"
#include "ops/index/lookup.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/index.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"

namespace tapegrad {
namespace {

/// index_select() of rows whose derivative isn't just its transpose: by how often a row is named,
/// or the rows alone for a leaf.
struct Lookup {
  static constexpr std::string_view name = "embedding";
  static constexpr bool any_layout = true;
  static constexpr Needs saves(Needs) { return save_input(1); }
  std::int64_t padding;  // kernels::no_row for none
  bool by_frequency;
  bool rows_alone;
  void attributes(AttributeList& list) const {
    list("padding_idx", padding);
    list("scale_grad_by_freq", by_frequency);
    list("sparse", rows_alone);
  }
  Meta result(const Tensor& weight, const Tensor& index) const {
    return {weight.dtype(), {index.numel(), weight.size(1)}};
  }
  void into(const Tensor& y, const Tensor& weight, const Tensor& index) const {
    kernels::index_select(kernels::ref(y), kernels::ref(weight), kernels::ref(index), 0);
  }
  Grads vjp(const Saved& s, const Tensor& g) const {
    const Tensor index = s[1];
    if (rows_alone && !recording() && !is_captured()) {
      return {summed_rows(index, g, s.shape(0), padding), Tensor{}};
    }
    Tensor own = g;
    if (by_frequency) own = own / frequency(s, g.dtype()).unsqueeze(1);
    if (padding != kernels::no_row) own = masked_fill(own, (index == padding).unsqueeze(1), 0);
    return {index_add(zeros(s.shape(0), {.dtype = g.dtype()}), 0, index, own), Tensor{}};
  }

 private:
  /// How often what each index names is named.
  static Tensor frequency(const Saved& s, DType dtype) {
    const Tensor index = s[1];
    const Tensor none = zeros({s.shape(0)[0]}, {.dtype = dtype});
    return index_select(index_add(none, 0, index, ones_like(index, {.dtype = dtype})), 0, index);
  }
};

/// Whether backward() may bring the weight a gradient of rows. Graphs have dense ones.
bool takes_rows(const Tensor& weight, const Tensor& index) {
  const TensorImpl& impl = impl_of(weight);
  return recording() && impl.node && impl.node->is_leaf() && !is_narrow(impl.dtype) &&
         weight.numel() > 0 && !is_symbolic(index);
}

void shorten(const Tensor& weight, const Tensor& index, double max_norm, double p) {
  const NoGrad guard;
  Tensor table = weight;
  const Tensor rows = index_select(table, 0, index);
  const Tensor length = norm(rows, p, {1}, true);
  const Tensor part = tapegrad::where(length > max_norm, max_norm / (length + 1e-7), 1);
  copy_slices(table, 0, index, rows * part);
}

}  // namespace

std::int64_t padding_row(std::string_view operation, std::int64_t padding, const Tensor& weight) {
  const std::int64_t rows = weight.size(0);
  check<IndexError>(padding >= -rows && padding < rows, "{}: padding_idx is {}; there are {} rows",
                    operation, padding, rows);
  return padding < 0 ? padding + rows : padding;
}

void check_lookup(std::string_view operation, const Tensor& weight,
                  const nn::EmbeddingFuncOptions& options) {
  check<ShapeError>(weight.dim() == 2, "{}: weight is {}; it needs two dimensions", operation,
                    weight.shape());
  check<Error>(!options.sparse || !options.scale_grad_by_freq,
               "{}: scale_grad_by_freq is {} and sparse {}; a sparse gradient can't be scaled so",
               operation, options.scale_grad_by_freq, options.sparse);
  check<Error>(!options.max_norm || *options.max_norm > 0,
               "{}: max_norm is {}; it must be positive", operation, options.max_norm.value_or(0));
  check<Error>(!options.max_norm || options.norm_type > 0,
               "{}: norm_type is {}; it must be positive", operation, options.norm_type);
}

Tensor looked_up(std::string_view operation, const Tensor& indices, const Tensor& weight,
                 const nn::EmbeddingFuncOptions& options) {
  if (options.max_norm) {
    const Tensor index = checked_indices(operation, indices, weight, 0);
    speaking_as(operation, [&] { shorten(weight, index, *options.max_norm, options.norm_type); });
  }
  const bool rows_alone = options.sparse && takes_rows(weight, indices);
  const std::int64_t padding =
      options.padding_idx ? padding_row(operation, *options.padding_idx, weight) : kernels::no_row;
  if (!rows_alone && !options.scale_grad_by_freq) {
    const auto plain = [&] { return index_select(weight, 0, indices); };
    const Tensor rows = speaking_as(operation, plain);
    if (!options.padding_idx) return rows;
    return tapegrad::where((indices == padding).unsqueeze(1), rows.detach(), rows);
  }
  return apply(Lookup{padding, options.scale_grad_by_freq, rows_alone}, weight,
               checked_indices(operation, indices, weight, 0));
}

namespace nn {

Tensor embedding(const Tensor& indices, const Tensor& weight, const EmbeddingFuncOptions& options) {
  check_defined("embedding", indices, weight);
  check_lookup("embedding", weight, options);
  Shape shape = indices.shape();
  speaking_as("embedding", [&] { shape.push_back(weight.size(1)); });
  const Tensor line = indices.reshape({indices.numel()});
  return looked_up("embedding", line, weight, options).reshape(shape);
}

Tensor embedding(const Tensor& indices, const Tensor& weight,
                 std::optional<std::int64_t> padding_idx) {
  return embedding(indices, weight, EmbeddingFuncOptions{.padding_idx = padding_idx});
}

}  // namespace nn
}  // namespace tapegrad
