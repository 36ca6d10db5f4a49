#include "ops/along.hpp"

#include "kernels/along.hpp"

namespace tapegrad {

Tensor TakeAlong::forward(const Tensor& x, const Tensor& indices) const {
  Tensor out = make_tensor(x.dtype(), indices.shape());
  kernels::take_along(kernels::ref(out), kernels::ref(x), kernels::ref(indices), dim);
  return out;
}

Grads TakeAlong::vjp(const Saved& s, const Tensor& g) const {
  return {put_along(g, s[1], dim, s.shape(0)), Tensor{}};
}

Tensor PutAlong::forward(const Tensor& x, const Tensor& indices) const {
  Tensor out = make_tensor(x.dtype(), to);
  kernels::put_along(kernels::ref(out), kernels::ref(x), kernels::ref(indices), dim);
  return out;
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
