#include "tapegrad/ops/linalg/svd.hpp"

#include "autograd/several.hpp"
#include "ops/linalg/basis.hpp"
#include "ops/linalg/matrices.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/linalg/matmul.hpp"
#include "tapegrad/ops/pointwise.hpp"

namespace tapegrad {
namespace {

enum class Vectors { none, reduced, full };

/// The sum of two gradients, of which each may be undefined.
Tensor plus(const Tensor& a, const Tensor& b) {
  if (!a.defined() || !b.defined()) return a.defined() ? a : b;
  return a + b;
}

/// What turns the columns of u beyond their own space, given that of the columns of v.
Tensor beyond(const Tensor& u, const Tensor& g, const Tensor& over_s, const Tensor& v) {
  return matmul((g - matmul(u, matmul(u.mT(), g))) * over_s, v.mT());
}

struct Singular {
  static constexpr std::string_view name = "svd";
  static constexpr Needs saves(Needs) { return save_input(0) | save_output; }
  Vectors vectors;
  void attributes(AttributeList& list) const {
    if (vectors == Vectors::none) list("vectors", false);
    if (vectors == Vectors::full) list("full_matrices", true);
  }

  std::vector<Meta> results(const Tensor& x) const {
    const std::int64_t m = x.size(-2);
    const std::int64_t n = x.size(-1);
    const std::int64_t k = std::min(m, n);
    const auto shape = [&](std::int64_t rows, std::int64_t columns) {
      Shape all = batch_of(x.shape());
      all.push_back(rows);
      all.push_back(columns);
      return all;
    };
    Shape s = batch_of(x.shape());
    s.push_back(k);
    if (vectors == Vectors::none) return {{x.dtype(), s}};
    const bool full = vectors == Vectors::full;
    return {
        {x.dtype(), shape(m, full ? m : k)}, {x.dtype(), s}, {x.dtype(), shape(full ? n : k, n)}};
  }
  void into(Outputs outs, const Tensor& x) const {
    const bool alone = vectors == Vectors::none;
    const kernels::Ref u = kernels::ref(outs[0]);
    const kernels::Ref s = kernels::ref(outs[alone ? 0 : 1]);
    const kernels::Ref vh = kernels::ref(outs.back());
    check_converged("svd", x,
                    kernels::svd(s, alone ? nullptr : &u, alone ? nullptr : &vh, kernels::ref(x)));
    if (x.numel() > 0 || alone) return;
    for (const Tensor& basis : {outs[0], outs[2]}) {  // of the space of a matrix without elements
      Tensor(basis).copy_(eye(basis.size(-2), basis.size(-1)));
    }
  }
  /// Source: Townsend (2016), "Differentiating the singular value decomposition".
  Grads vjp(const SavedResults& saved, std::span<const Tensor> gs) const {
    if (vectors == Vectors::none) {
      const auto [u, s, vh] = tapegrad::svd(saved[0], false);
      return {matmul(u * gs[0].unsqueeze(-2), vh)};
    }
    const Tensor s = saved.result(1);
    const std::int64_t k = s.size(-1);
    const Tensor u = saved.result(0).narrow(-1, 0, k);
    const Tensor v = saved.result(2).narrow(-2, 0, k).mT();
    const Tensor to_u = gs[0].defined() ? to_first_columns(saved.result(0), gs[0], k) : Tensor();
    const Tensor to_v =
        gs[2].defined() ? to_first_columns(saved.result(2).mT(), gs[2].mT(), k) : Tensor();
    Tensor to_x = within(u, s, v, to_u, gs[1], to_v);
    const Tensor over_s = 1 / s.unsqueeze(-2);
    if (to_u.defined() && u.size(-2) > k) to_x = plus(to_x, beyond(u, to_u, over_s, v));
    if (to_v.defined() && v.size(-2) > k) to_x = plus(to_x, beyond(v, to_v, over_s, u).mT());
    return {to_x};
  }

 private:
  /// What turns the columns of u and v among themselves, and stretches s.
  static Tensor within(const Tensor& u, const Tensor& s, const Tensor& v, const Tensor& to_u,
                       const Tensor& to_s, const Tensor& to_v) {
    const Tensor diagonal = eye(s.size(-1), {.dtype = boolean});
    Tensor inner;
    if (to_u.defined() || to_v.defined()) {
      const Tensor apart = gaps(square(s), diagonal);
      if (to_u.defined()) inner = skew(matmul(u.mT(), to_u)) / apart * s.unsqueeze(-2);
      if (to_v.defined()) {
        inner = plus(inner, s.unsqueeze(-1) * (skew(matmul(v.mT(), to_v)) / apart));
      }
    }
    if (!inner.defined()) return matmul(u * to_s.unsqueeze(-2), v.mT());
    if (to_s.defined()) inner = where(diagonal, to_s.unsqueeze(-1), inner);
    return matmul(matmul(u, inner), v.mT());
  }
};

void check_singular(std::string_view operation, const Tensor& x) {
  check_floating(operation, x);
  check_matrices(operation, x);
  check_workspace(operation, x);
}

}  // namespace

Svd svd(const Tensor& x, bool full_matrices) {
  check_singular("svd", x);
  std::vector<Tensor> results =
      apply_several(Singular{full_matrices ? Vectors::full : Vectors::reduced}, x);
  return {std::move(results[0]), std::move(results[1]), std::move(results[2])};
}

Tensor svdvals(const Tensor& x) {
  check_singular("svdvals", x);
  return in_own_words("svdvals", [&] { return apply_several(Singular{Vectors::none}, x)[0]; });
}

}  // namespace tapegrad
