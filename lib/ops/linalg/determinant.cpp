#include "tapegrad/ops/linalg/determinant.hpp"

#include <limits>

#include "autograd/several.hpp"
#include "core/speaking.hpp"
#include "kernels/lu.hpp"
#include "ops/linalg/matrices.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/linalg/inverse.hpp"
#include "tapegrad/ops/linalg/matmul.hpp"
#include "tapegrad/ops/linalg/svd.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"

namespace tapegrad {
namespace {

/// A number for each matrix, to be multiplied by it.
Tensor beside(const Tensor& number) { return number.unsqueeze(-1).unsqueeze(-1); }

/// The derivative of det(x), of singular matrices too: with x = U S V^T it is det(U) det(V) U S'
/// V^T, where S' has the products of all other singular values.
Tensor cofactors(const Tensor& x) {
  const auto [u, s, vh] = svd(x);
  const Tensor own = eye(x.size(-1), {.dtype = boolean});
  const Tensor others = prod(where(own, 1, s.unsqueeze(-2)), -1);
  const Tensor turn = sign(det(u.detach()) * det(vh.detach()));
  return beside(turn) * matmul(u * others.unsqueeze(-2), vh);
}

struct Det {
  static constexpr std::string_view name = "det";
  static constexpr Needs saves(Needs) { return save_input(0) | save_output; }
  Meta result(const Tensor& x) const { return {x.dtype(), batch_of(x.shape())}; }
  void into(const Tensor& out, const Tensor& x) const {
    kernels::determinant(kernels::ref(out), kernels::ref(x));
  }
  Grads vjp(const Saved& s, const Tensor& g) const {
    const Tensor x = s[0];
    const Tensor y = s.output();
    if (any(y == 0).item<bool>()) return {beside(g) * cofactors(x)};
    return {beside(g * y) * inv(x).mT()};
  }
};

struct LogDet {
  static constexpr std::string_view name = "slogdet";
  static constexpr Needs saves(Needs) { return save_input(0); }
  std::vector<Meta> results(const Tensor& x) const {
    const Meta one{x.dtype(), batch_of(x.shape())};
    return {one, one};
  }
  void into(Outputs outs, const Tensor& x) const {
    kernels::log_determinant(kernels::ref(outs[0]), kernels::ref(outs[1]), kernels::ref(x));
  }
  /// Nothing comes through the sign.
  Grads vjp(const Saved& s, std::span<const Tensor> gs) const {
    if (!gs[1].defined()) return {};
    return {beside(gs[1]) * inv(s[0]).mT()};
  }
};

}  // namespace

Tensor det(const Tensor& x) {
  check_floating("det", x);
  check_square("det", x);
  return apply(Det{}, x);
}

Slogdet slogdet(const Tensor& x) {
  check_floating("slogdet", x);
  check_square("slogdet", x);
  std::vector<Tensor> results = apply_several(LogDet{}, x);
  return {std::move(results[0]), std::move(results[1])};
}

Tensor logdet(const Tensor& x) {
  check_defined("logdet", x);
  return speaking_as("logdet", [&] {
    const auto [sign, logabsdet] = slogdet(x);
    return where(sign < 0, std::numeric_limits<double>::quiet_NaN(), logabsdet);
  });
}

}  // namespace tapegrad
