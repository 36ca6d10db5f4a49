#include "tapegrad/ops/linalg/solve.hpp"

#include "autograd/apply.hpp"
#include "kernels/lu.hpp"
#include "kernels/triangular.hpp"
#include "ops/linalg/equations.hpp"
#include "tapegrad/ops/linalg/matmul.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/shape.hpp"

namespace tapegrad {
namespace {

/// Batches have the same sizes.
struct Solve {
  static constexpr std::string_view name = "solve";
  static constexpr Needs saves(Needs needs) {
    return save_input(0) | (asks_for(needs, 0) ? save_output : save_nothing);
  }
  Like result(const Tensor&, const Tensor& b) const { return like(b); }
  void into(const Tensor& out, const Tensor& a, const Tensor& b) const {
    check_regular("solve", a, kernels::solve(kernels::ref(out), kernels::ref(a), kernels::ref(b)));
  }
  Grads vjp(const Saved& s, const Tensor& g) const {
    const Tensor to_b = apply(Solve{}, s[0].mT(), g);
    return {s.needs(0) ? -matmul(to_b, s.output().mT()) : Tensor{}, to_b};
  }
};

struct SolveTriangular {
  static constexpr std::string_view name = "solve_triangular";
  static constexpr Needs saves(Needs needs) { return Solve::saves(needs); }
  bool upper;
  bool ones;
  void attributes(AttributeList& list) const {
    list("upper", upper);
    if (ones) list("unitriangular", true);
  }
  Like result(const Tensor&, const Tensor& b) const { return like(b); }
  void into(const Tensor& out, const Tensor& a, const Tensor& b) const {
    kernels::solve_triangular(kernels::ref(out), kernels::ref(a), kernels::ref(b), upper, ones);
  }
  Grads vjp(const Saved& s, const Tensor& g) const {
    const Tensor to_b = apply(SolveTriangular{!upper, ones}, s[0].mT(), g);
    return {s.needs(0) ? read_part(-matmul(to_b, s.output().mT())) : Tensor{}, to_b};
  }

 private:
  Tensor read_part(const Tensor& x) const {
    return upper ? triu(x, ones ? 1 : 0) : tril(x, ones ? -1 : 0);
  }
};

/// One matrix and a batch of right sides: one matrix with many columns, factored once.
template <class Op>
Tensor solved_together(const Op& op, const Tensor& a, const Tensor& b) {
  const Tensor rows = b.movedim(-2, 0);
  const Tensor x = apply(op, a, rows.reshape({rows.size(0), rows.numel() / rows.size(0)}));
  return x.reshape(rows.shape()).movedim(0, -2);
}

template <class Op>
Tensor solved(const Op& op, const Tensor& a, const Tensor& b) {
  const bool alone = a.dim() == 2 && b.dim() > 2 && b.numel() > 0;
  if (alone && b.numel() / b.size(-2) <= std::numeric_limits<int>::max()) {
    return solved_together(op, a, b);
  }
  return with_joint_batch(op.name, a, b, [&](const Tensor& matrices, const Tensor& sides) {
    return apply(op, matrices, sides);
  });
}

}  // namespace

Tensor solve(const Tensor& a, const Tensor& b, bool left) {
  check_defined("solve", a, b, left);
  check_equations("solve", a, b);
  check_square("solve", a);
  if (is_vector_for(a, b)) {
    check_sides("solve", a, b.unsqueeze(-1), b, true);
    return solved(Solve{}, left ? a : a.mT(), b.unsqueeze(-1)).squeeze(-1);
  }
  check_sides("solve", a, b, b, left);
  return left ? solved(Solve{}, a, b) : solved(Solve{}, a.mT(), b.mT()).mT();
}

Tensor solve_triangular(const Tensor& a, const Tensor& b, bool upper, bool left,
                        bool unitriangular) {
  check_defined("solve_triangular", a, b, upper, left, unitriangular);
  check_equations("solve_triangular", a, b);
  check_square("solve_triangular", a);
  check_sides("solve_triangular", a, b, b, left);
  if (left) return solved(SolveTriangular{upper, unitriangular}, a, b);
  return solved(SolveTriangular{!upper, unitriangular}, a.mT(), b.mT()).mT();
}

}  // namespace tapegrad
