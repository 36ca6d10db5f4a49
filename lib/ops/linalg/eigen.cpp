#include "tapegrad/ops/linalg/eigen.hpp"

#include "autograd/several.hpp"
#include "ops/linalg/basis.hpp"
#include "ops/linalg/matrices.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/linalg/matmul.hpp"
#include "tapegrad/ops/pointwise.hpp"

namespace tapegrad {
namespace {

/// Eigenvalues, and eigenvectors if they are wanted.
struct Eigen {
  static constexpr std::string_view name = "eigh";
  static constexpr Needs saves(Needs) { return save_input(0) | save_output; }
  bool upper;
  bool vectors;
  void attributes(AttributeList& list) const {
    list("upper", upper);
    if (!vectors) list("vectors", false);
  }

  std::vector<Meta> results(const Tensor& x) const {
    Shape values = x.shape();
    values.erase(values.size() - 1);
    std::vector<Meta> all{{x.dtype(), values}};
    if (vectors) all.push_back({x.dtype(), x.shape()});
    return all;
  }
  void into(Outputs outs, const Tensor& x) const {
    const kernels::Ref values = kernels::ref(outs[0]);
    const kernels::Ref to = kernels::ref(outs.back());
    check_converged("eigh", x,
                    kernels::eigh(values, vectors ? &to : nullptr, kernels::ref(x), upper));
  }
  /// Source: Giles (2008), "An extended collection of matrix derivative results for forward and
  /// reverse mode algorithmic differentiation", section 3.1.
  Grads vjp(const SavedResults& s, std::span<const Tensor> gs) const {
    const Tensor& to_values = gs[0];
    const Tensor v = vectors ? s.result(1) : eigh(s[0], upper).eigenvectors;
    if (!vectors || !gs[1].defined()) return {matmul(v * to_values.unsqueeze(-2), v.mT())};
    const Tensor diagonal = eye(v.size(-1), {.dtype = boolean});
    Tensor inner = skew(matmul(v.mT(), gs[1])) / (2 * gaps(s.result(0), diagonal));
    if (to_values.defined()) inner = where(diagonal, to_values.unsqueeze(-1), inner);
    return {matmul(matmul(v, inner), v.mT())};
  }
};

void check_symmetric(std::string_view operation, const Tensor& x) {
  check_floating(operation, x);
  check_square(operation, x);
  check_workspace(operation, x);
}

}  // namespace

Eigh eigh(const Tensor& x, bool upper) {
  check_symmetric("eigh", x);
  std::vector<Tensor> results = apply_several(Eigen{upper, true}, x);
  return {std::move(results[0]), std::move(results[1])};
}

Tensor eigvalsh(const Tensor& x, bool upper) {
  check_symmetric("eigvalsh", x);
  return in_own_words("eigvalsh", [&] { return apply_several(Eigen{upper, false}, x)[0]; });
}

}  // namespace tapegrad
