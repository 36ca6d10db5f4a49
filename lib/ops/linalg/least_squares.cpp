// Least squares by singular values.
#include "tapegrad/ops/linalg/least_squares.hpp"

#include "autograd/several.hpp"
#include "ops/linalg/cutoff.hpp"
#include "ops/linalg/equations.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/linalg/inverse.hpp"
#include "tapegrad/ops/linalg/matmul.hpp"
#include "tapegrad/ops/linalg/svd.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"

namespace tapegrad {
namespace {

/// The solution, the rank and the singular values, of batches with the same sizes.
struct LeastSquares {
  static constexpr std::string_view name = "lstsq";
  static constexpr Needs saves(Needs) { return save_inputs | save_output; }
  double rcond;
  void attributes(AttributeList& list) const { list("rcond", rcond); }

  std::vector<Meta> results(const Tensor& a, const Tensor& b) const {
    const Shape batch = batch_of(a.shape());
    Shape x = batch, s = batch;
    x.push_back(a.size(-1));
    x.push_back(b.size(-1));
    s.push_back(std::min(a.size(-2), a.size(-1)));
    return {{a.dtype(), x}, {int64, batch}, {a.dtype(), s}};
  }
  void into(Outputs outs, const Tensor& a, const Tensor& b) const {
    const auto [u, s, vh] = in_own_words("lstsq", [&] { return svd(a, false); });
    const Tensor inverse = inverse_of_large(s, 0, rcond).unsqueeze(-1);
    Tensor(outs[0]).copy_(matmul(vh.mT(), inverse * matmul(u.mT(), b)));
    Tensor(outs[1]).copy_(sum(large(s, 0, rcond), -1));
    Tensor(outs[2]).copy_(s);
  }
  /// With y = pinv(a) the solution is y @ b. Where the rank is constant, pinv()'s derivative says
  /// this of a.
  Grads vjp(const SavedResults& s, std::span<const Tensor> gs) const {
    if (!gs[0].defined()) return {};
    const Tensor a = s[0];
    const Tensor& g = gs[0];
    const Tensor y = pinv(a, 0, rcond);
    const Tensor to_b = matmul(y.mT(), g);
    if (!s.needs(0)) return {Tensor{}, to_b};
    const Tensor x = s.result(0);
    const Tensor rest = s[1] - matmul(a, x);
    const Tensor to_a = matmul(rest, matmul(y, to_b).mT()) - matmul(to_b, x.mT()) +
                        matmul(matmul(y.mT(), x), (g - matmul(a.mT(), to_b)).mT());
    return {to_a, to_b};
  }
};

/// Of nothing where a solution needn't be the only one, or fits exactly.
Tensor squared_residuals(const Tensor& a, const Tensor& b, const Tensor& x, const Tensor& rank) {
  const bool has = a.size(-2) > a.size(-1) && all(rank == a.size(-1)).item<bool>();
  if (!has) return zeros({0}, a.dtype());
  return sum(square(matmul(a, x) - b), -2);
}

}  // namespace

Lstsq lstsq(const Tensor& a, const Tensor& b, std::optional<double> rcond) {
  check_defined("lstsq", a, b);
  check_equations("lstsq", a, b);
  check_matrices("lstsq", a);
  check_workspace("lstsq", a);
  const double share = rcond.value_or(rounding_of(a));
  check<Error>(share >= 0, "lstsq: rcond {}; it can't be negative", share);
  const bool vector = is_vector_for(a, b);
  const Tensor sides = vector ? b.unsqueeze(-1) : b;
  check_sides("lstsq", a, sides, b, true);
  return with_joint_batch("lstsq", a, sides, [&](const Tensor& matrices, const Tensor& columns) {
    const std::vector<Tensor> found = apply_several(LeastSquares{share}, matrices, columns);
    const Tensor rest = squared_residuals(matrices, columns, found[0], found[1]);
    return Lstsq{vector ? found[0].squeeze(-1) : found[0], rest, found[1], found[2].detach()};
  });
}

}  // namespace tapegrad
