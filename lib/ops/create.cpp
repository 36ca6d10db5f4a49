#include "tapegrad/ops/create.hpp"

#include "core/tensor_impl.hpp"
#include "kernels/copy.hpp"
#include "ops/options.hpp"

namespace tapegrad {
namespace {

DType default_dtype(Scalar value) {
  return value.kind() == DType::float64 ? DType::float32 : value.kind();
}

}  // namespace

Tensor empty(const Shape& shape, const TensorOptions& options) {
  return finished(make_tensor(options.dtype.value_or(float32), shape), options);
}

Tensor full(const Shape& shape, Scalar value, const TensorOptions& options) {
  Tensor x = make_tensor(options.dtype.value_or(default_dtype(value)), shape);
  kernels::fill(kernels::ref(x), value);
  return finished(std::move(x), options);
}

Tensor zeros(const Shape& shape, const TensorOptions& options) { return full(shape, 0.0, options); }

Tensor ones(const Shape& shape, const TensorOptions& options) { return full(shape, 1.0, options); }

Tensor empty_like(const Tensor& x, const TensorOptions& options) {
  return empty(x.shape(), like(x, options));
}

Tensor full_like(const Tensor& x, Scalar value, const TensorOptions& options) {
  return full(x.shape(), value, like(x, options));
}

Tensor zeros_like(const Tensor& x, const TensorOptions& options) {
  return full_like(x, 0, options);
}

Tensor ones_like(const Tensor& x, const TensorOptions& options) { return full_like(x, 1, options); }

}  // namespace tapegrad
