#include "tapegrad/nn/weight_norm.hpp"

#include "core/check.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"

namespace tapegrad::nn {

Tensor detail::lengths_of(const Tensor& v, std::optional<std::int64_t> dim) {
  check_defined("weight_norm", v);
  if (!dim) return norm(v);
  const std::int64_t d = *dim < 0 ? *dim + v.dim() : *dim;
  check<IndexError>(d >= 0 && d < v.dim(), "weight_norm: dim {} is out of range for shape {}", *dim,
                    v.shape());
  if (v.dim() == 1) return abs(v);
  Dims others{};
  for (std::int64_t i = 0; i < v.dim(); ++i) {
    if (i != d) others.push_back(i);
  }
  return norm(v, 2, others, keepdim);
}

Tensor weight_norm(const Tensor& v, const Tensor& g, std::optional<std::int64_t> dim) {
  check_defined("weight_norm", v, g);
  const Tensor length = detail::lengths_of(v, dim);
  check<ShapeError>(g.shape() == length.shape(), "weight_norm: g is {}; of v {} it needs {}",
                    g.shape(), v.shape(), length.shape());
  return v * (g / length);
}

}  // namespace tapegrad::nn
