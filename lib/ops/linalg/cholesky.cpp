#include "tapegrad/ops/linalg/cholesky.hpp"

#include "autograd/apply.hpp"
#include "kernels/triangular.hpp"
#include "ops/broadcast.hpp"
#include "ops/linalg/matrices.hpp"
#include "tapegrad/ops/linalg/matmul.hpp"
#include "tapegrad/ops/linalg/solve.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/shape.hpp"

namespace tapegrad {
namespace {

struct Cholesky {
  static constexpr std::string_view name = "cholesky";
  static constexpr Needs saves(Needs) { return save_output; }
  Like result(const Tensor& x) const { return like(x); }
  void into(const Tensor& out, const Tensor& x) const {
    const auto failure = kernels::cholesky(kernels::ref(out), kernels::ref(x));
    if (!failure) return;
    fail<LinAlgError>(
        "cholesky: {} isn't positive definite: its leading minor of order {} isn't; "
        "shape {}",
        which_matrix(x.shape(), failure->matrix), failure->info, x.shape());
  }
  /// Source: Murray (2016), "Differentiation of the Cholesky decomposition".
  Grads vjp(const Saved& s, const Tensor& g) const {
    const Tensor l = s.output();
    const Tensor both = matmul(l.mT(), g);
    const Tensor symmetric = tril(both) + tril(both, -1).mT();
    const Tensor half = solve_triangular(l.mT(), symmetric, true);
    return {solve_triangular(l, half, false, false) * 0.5};
  }
};

}  // namespace

Tensor cholesky(const Tensor& x, bool upper) {
  check_floating("cholesky", x);
  check_square("cholesky", x);
  return upper ? apply(Cholesky{}, x.mT()).mT() : apply(Cholesky{}, x);
}

Tensor cholesky_solve(const Tensor& b, const Tensor& factor, bool upper) {
  check_defined("cholesky_solve", b, factor, upper);
  check_floating("cholesky_solve", b);
  check_same_type("cholesky_solve", b, factor);
  check_square("cholesky_solve", factor);
  check_matrices("cholesky_solve", b);
  check<ShapeError>(b.size(-2) == factor.size(-1), "cholesky_solve: sizes don't fit: {} and {}",
                    b.shape(), factor.shape());
  broadcast_for("cholesky_solve", batch_of(b.shape()), batch_of(factor.shape()));
  const Tensor lower = upper ? factor.mT() : factor;
  return solve_triangular(lower.mT(), solve_triangular(lower, b, false), true);
}

}  // namespace tapegrad
