#include "tapegrad/ops/linalg/contraction.hpp"

#include "core/layout.hpp"
#include "ops/linalg/checks.hpp"
#include "ops/linalg/labelled.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/shape.hpp"

namespace tapegrad {
namespace {

/// `dims` from 0 on, each once.
Dims checked_dims(const Tensor& x, const Dims& dims) {
  Dims result;
  for (const std::int64_t dim : dims) {
    const auto d = static_cast<std::int64_t>(wrap_dim("tensordot", dim, x.shape().size()));
    check<IndexError>(std::ranges::find(result, d) == result.end(),
                      "tensordot: dim {} is given twice in {}", dim, dims);
    result.push_back(d);
  }
  return result;
}

/// The labels first, first + 1, ...
Labels counted(int first, const Tensor& x) {
  Labels labels;
  for (std::int64_t i = 0; i < x.dim(); ++i) labels.push_back(first + static_cast<int>(i));
  return labels;
}

/// x summed over a dimension that meets one of size 1.
Tensor met_by_one(const Tensor& x, const Dims& of_x, const Tensor& other, const Dims& of_other) {
  Dims stretched;
  for (std::size_t i = 0; i < of_x.size(); ++i) {
    if (other.size(of_other[i]) == 1 && x.size(of_x[i]) != 1) stretched.push_back(of_x[i]);
  }
  return stretched.empty() ? x : sum(x, stretched, keepdim).to(x.dtype());
}

}  // namespace

Tensor tensordot(const Tensor& a, const Tensor& b, std::int64_t dims) {
  check_defined("tensordot", a, b, dims);
  check<ShapeError>(dims >= 0 && dims <= std::min(a.dim(), b.dim()),
                    "tensordot: {} dimensions of shapes {} and {}", dims, a.shape(), b.shape());
  Dims of_a, of_b;
  for (std::int64_t i = 0; i < dims; ++i) {
    of_a.push_back(a.dim() - dims + i);
    of_b.push_back(i);
  }
  return tensordot(a, b, of_a, of_b);
}

Tensor tensordot(const Tensor& a, const Tensor& b, const Dims& of_a, const Dims& of_b) {
  check_defined("tensordot", a, b, of_a, of_b);
  check_multiplied("tensordot", a, b);
  check<ShapeError>(of_a.size() == of_b.size(),
                    "tensordot: dims {} of the first tensor and {} of the second", of_a, of_b);
  const Dims left = checked_dims(a, of_a);
  const Dims right = checked_dims(b, of_b);
  Labelled x{met_by_one(a, left, b, right), counted(0, a)};
  Labelled y{met_by_one(b, right, a, left), counted(static_cast<int>(a.dim()), b)};
  for (std::size_t i = 0; i < left.size(); ++i) {
    check<ShapeError>(x.x.size(left[i]) == y.x.size(right[i]),
                      "tensordot: dim {} of shape {} meets dim {} of shape {}", of_a[i], a.shape(),
                      of_b[i], b.shape());
    y.labels[static_cast<std::size_t>(right[i])] = static_cast<int>(left[i]);
  }
  return product_of("tensordot", x, y, {}).x;
}

Tensor trace(const Tensor& x) {
  check_defined("trace", x);
  check_rank("trace", "a matrix", x, 2);
  return sum(diagonal(x));
}

}  // namespace tapegrad
