// What PyTorch's users find under other names: methods of tensor.hpp as functions, and the
// namespaces of torch.linalg, torch.autograd and torch.nn.functional. Nothing here does anything.
#pragma once

#include <cstdint>

#include "tapegrad/autograd.hpp"
#include "tapegrad/functional.hpp"
#include "tapegrad/nn/distance.hpp"
#include "tapegrad/ops/linalg.hpp"
#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

using NoGradGuard = NoGrad;

inline Tensor reshape(const Tensor& x, const Shape& shape) { return x.reshape(shape); }
inline Tensor flatten(const Tensor& x, AsDim first = 0, AsDim last = -1) {
  return x.flatten(first, last);
}
inline Tensor transpose(const Tensor& x, AsDim a, AsDim b) { return x.transpose(a, b); }
inline Tensor permute(const Tensor& x, const Dims& order) { return x.permute(order); }
inline Tensor squeeze(const Tensor& x) { return x.squeeze(); }
inline Tensor squeeze(const Tensor& x, const Dims& dims) { return x.squeeze(dims); }
inline Tensor unsqueeze(const Tensor& x, AsDim dim) { return x.unsqueeze(dim); }
inline Tensor select(const Tensor& x, AsDim dim, std::int64_t index) {
  return x.select(dim, index);
}
inline Tensor narrow(const Tensor& x, AsDim dim, std::int64_t start, std::int64_t length) {
  return x.narrow(dim, start, length);
}
inline Tensor clone(const Tensor& x) { return x.clone(); }

namespace linalg {

using tapegrad::cholesky;
using tapegrad::cross;
using tapegrad::det;
using tapegrad::eigh;
using tapegrad::eigvalsh;
using tapegrad::inv;
using tapegrad::lstsq;
using tapegrad::matrix_exp;
using tapegrad::matrix_power;
using tapegrad::multi_dot;
using tapegrad::pinv;
using tapegrad::qr;
using tapegrad::slogdet;
using tapegrad::solve;
using tapegrad::solve_triangular;
using tapegrad::svd;
using tapegrad::svdvals;

}  // namespace linalg

namespace autograd {

using tapegrad::grad;

namespace functional {

using tapegrad::hessian;
using tapegrad::hvp;
using tapegrad::jacobian;
using tapegrad::jvp;
using tapegrad::vhp;
using tapegrad::vjp;

}  // namespace functional
}  // namespace autograd

namespace nn::functional {

using namespace tapegrad;
using namespace tapegrad::nn;

}  // namespace nn::functional
}  // namespace tapegrad
