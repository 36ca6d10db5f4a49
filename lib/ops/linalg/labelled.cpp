#include "ops/linalg/labelled.hpp"

#include "core/check.hpp"
#include "core/sizes.hpp"
#include "tapegrad/ops/linalg/matmul.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"

namespace tapegrad {
namespace {

std::int64_t dim_of(const Labelled& x, int label) {
  return std::ranges::find(x.labels, label) - x.labels.begin();
}

std::int64_t size_of(const Labelled& x, int label) { return x.x.size(dim_of(x, label)); }

Labels joined(Labels first, const Labels& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

/// The sizes of some labels, behind others.
Shape sizes_of(const Labelled& x, const Labels& labels, Shape before = {}) {
  for (const int label : labels) before.push_back(size_of(x, label));
  return before;
}

std::int64_t product_of_sizes(std::string_view operation, const Labelled& x, const Labels& labels) {
  std::int64_t all = 1;
  for (const int label : labels) all = checked_mul(operation, all, size_of(x, label));
  return all;
}

/// x as a batch of matrices, or as one, whose rows and columns go over several dimensions.
Tensor matrices(std::string_view operation, const Labelled& x, const Labels& batch,
                const Labels& rows, const Labels& columns) {
  Shape shape;
  if (!batch.empty()) shape.push_back(product_of_sizes(operation, x, batch));
  shape.push_back(product_of_sizes(operation, x, rows));
  shape.push_back(product_of_sizes(operation, x, columns));
  return ordered(x, joined(joined(batch, rows), columns)).reshape(shape);
}

/// x with a dimension for each of the labels, of size 1 where it hasn't it.
Tensor stretched(const Labelled& x, const Labels& labels) {
  Shape shape;
  Labels order;
  for (const int label : labels) {
    const bool there = has(x.labels, label);
    shape.push_back(there ? size_of(x, label) : 1);
    if (there) order.push_back(label);
  }
  return ordered(x, order).reshape(shape);
}

}  // namespace

Tensor ordered(const Labelled& x, const Labels& order) {
  if (order == x.labels) return x.x;
  Dims dims;
  for (const int label : order) dims.push_back(dim_of(x, label));
  return x.x.permute(dims);
}

Labelled summed_to(const Labelled& x, const Labels& kept) {
  Labelled result{x.x, {}};
  Dims gone;
  for (const int label : x.labels) {
    if (has(kept, label)) {
      result.labels.push_back(label);
    } else {
      gone.push_back(dim_of(x, label));
    }
  }
  if (!gone.empty()) result.x = sum(x.x, gone).to(x.x.dtype());
  return result;
}

Labelled product_of(std::string_view operation, const Labelled& a, const Labelled& b,
                    const Labels& kept) {
  Labels batch, met, rows, columns;
  for (const int label : a.labels) {
    if (!has(b.labels, label)) {
      rows.push_back(label);
    } else {
      (has(kept, label) ? batch : met).push_back(label);
    }
  }
  for (const int label : b.labels) {
    if (!has(a.labels, label)) columns.push_back(label);
  }
  const Labels labels = joined(joined(batch, rows), columns);
  check<ShapeError>(labels.size() <= max_rank,
                    "{}: the product of shapes {} and {} would have {} dimensions; there may be {}",
                    operation, a.x.shape(), b.x.shape(), labels.size(), max_rank);
  if (met.empty()) return {stretched(a, labels) * stretched(b, labels), labels};
  const Tensor product =
      matmul(matrices(operation, a, batch, rows, met), matrices(operation, b, batch, met, columns));
  return {product.reshape(sizes_of(b, columns, sizes_of(a, joined(batch, rows)))), labels};
}

}  // namespace tapegrad
