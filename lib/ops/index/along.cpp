#include "ops/index/along.hpp"

#include "kernels/along.hpp"

namespace tapegrad {

void TakeAlong::into(const Tensor& out, const Tensor& x, const Tensor& indices) const {
  kernels::take_along(kernels::ref(out), kernels::ref(x), kernels::ref(indices), dim);
}

Grads TakeAlong::vjp(const Saved& s, const Tensor& g) const {
  return {put_along(g, s[1], dim, s.shape(0)), Tensor{}};
}

void PutAlong::into(const Tensor& out, const Tensor& x, const Tensor& indices) const {
  kernels::put_along(kernels::ref(out), kernels::ref(x), kernels::ref(indices), dim);
}

Grads PutAlong::vjp(const Saved& s, const Tensor& g) const {
  return {take_along(g, s[1], dim), Tensor{}};
}

Tensor take_along(const Tensor& x, const Tensor& indices, std::size_t dim) {
  return apply(TakeAlong{dim}, x, indices);
}

Tensor put_along(const Tensor& x, const Tensor& indices, std::size_t dim, const Shape& to) {
  return apply(PutAlong{dim, to}, x, indices);
}

}  // namespace tapegrad
