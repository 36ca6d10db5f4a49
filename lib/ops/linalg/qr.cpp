#include "tapegrad/ops/linalg/qr.hpp"

#include "autograd/several.hpp"
#include "ops/linalg/basis.hpp"
#include "ops/linalg/matrices.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/linalg/matmul.hpp"
#include "tapegrad/ops/linalg/solve.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/shape.hpp"

namespace tapegrad {
namespace {

/// Of q, r with independent columns: [..., m, k], [..., k, k].
/// Source: Walter & Lehmann (2010), "Algorithmic differentiation of linear algebra functions with
/// application in optimum experimental design".
Tensor square_gradient(const Tensor& q, const Tensor& r, const Tensor& to_q, const Tensor& to_r) {
  Tensor m;
  if (to_r.defined()) m = matmul(r, to_r.mT());
  if (to_q.defined()) {
    const Tensor turned = matmul(to_q.mT(), q);
    m = m.defined() ? m - turned : -turned;
  }
  const Tensor along = matmul(q, tril(m) + tril(m, -1).mT());
  return solve_triangular(r.mT(), to_q.defined() ? to_q + along : along, false, false);
}

struct Factors {
  static constexpr std::string_view name = "qr";
  static constexpr Needs saves(Needs) { return save_output; }
  bool complete;
  void attributes(AttributeList& list) const {
    if (complete) list("complete", true);
  }

  std::vector<Meta> results(const Tensor& x) const {
    const std::int64_t m = x.size(-2);
    const std::int64_t k = complete ? m : std::min(m, x.size(-1));
    Shape q = batch_of(x.shape()), r = q;
    q.push_back(m);
    q.push_back(k);
    r.push_back(k);
    r.push_back(x.size(-1));
    return {{x.dtype(), q}, {x.dtype(), r}};
  }
  void into(Outputs outs, const Tensor& x) const {
    kernels::qr(kernels::ref(outs[0]), kernels::ref(outs[1]), kernels::ref(x));
  }
  Grads vjp(const SavedResults& s, std::span<const Tensor> gs) const {
    const std::int64_t n = s.shape(0).back();
    const std::int64_t k = std::min(s.shape(0)[s.shape(0).size() - 2], n);
    const Tensor q = s.result(0);
    const Tensor r = s.result(1).narrow(-2, 0, k);
    const Tensor first = q.narrow(-1, 0, k);
    Tensor to_q = gs[0].defined() ? to_first_columns(q, gs[0], k) : Tensor();
    Tensor to_r = gs[1].defined() ? gs[1].narrow(-2, 0, k) : Tensor();
    if (k == n) return {square_gradient(first, r, to_q, to_r)};
    // The columns behind the square part of r are q^T times those of x.
    Tensor to_rest;
    if (to_r.defined()) {
      const Tensor rest = to_r.narrow(-1, k, n - k);
      const Tensor turned = matmul(matmul(first, r.narrow(-1, k, n - k)), rest.mT());
      to_q = to_q.defined() ? to_q + turned : turned;
      to_r = to_r.narrow(-1, 0, k);
      to_rest = matmul(first, rest);
    } else {
      to_rest = zeros({}, to_q.dtype()).expand(ending(s.shape(0), n - k));
    }
    return {cat({square_gradient(first, r.narrow(-1, 0, k), to_q, to_r), to_rest}, -1)};
  }

 private:
  static Shape ending(Shape shape, std::int64_t columns) {
    shape[shape.size() - 1] = columns;
    return shape;
  }
};

}  // namespace

Qr qr(const Tensor& x) { return qr(x, QrMode::reduced); }

Qr qr(const Tensor& x, QrMode mode) {
  check_floating("qr", x);
  check_matrices("qr", x);
  check_workspace("qr", x);
  std::vector<Tensor> results = apply_several(Factors{mode == QrMode::complete}, x);
  if (mode == QrMode::r) return {empty({0}, x.dtype()), std::move(results[1])};
  return {std::move(results[0]), std::move(results[1])};
}

}  // namespace tapegrad
