#include "tapegrad/ops/linalg/inverse.hpp"

#include "autograd/apply.hpp"
#include "core/speaking.hpp"
#include "core/unknown.hpp"
#include "kernels/lu.hpp"
#include "ops/linalg/cutoff.hpp"
#include "ops/linalg/matrices.hpp"
#include "tapegrad/ops/linalg/matmul.hpp"
#include "tapegrad/ops/linalg/svd.hpp"
#include "tapegrad/ops/pointwise.hpp"

namespace tapegrad {
namespace {

struct Inv {
  static constexpr std::string_view name = "inv";
  static constexpr Needs saves(Needs) { return save_output; }
  Like result(const Tensor& x) const { return like(x); }
  void into(const Tensor& out, const Tensor& x) const {
    check_regular("inv", x, kernels::invert(kernels::ref(out), kernels::ref(x)));
  }
  Grads vjp(const Saved& s, const Tensor& g) const {
    const Tensor y = s.output().mT();
    return {-matmul(matmul(y, g), y)};
  }
};

struct Pinv {
  static constexpr std::string_view name = "pinv";
  static constexpr Needs saves(Needs) { return save_input(0) | save_output; }
  double atol, rtol;
  void attributes(AttributeList& list) const {
    list("atol", atol);
    list("rtol", rtol);
  }
  Meta result(const Tensor& x) const {
    Shape shape = x.shape();
    std::swap(shape[shape.size() - 1], shape[shape.size() - 2]);
    return {x.dtype(), shape};
  }
  void into(const Tensor& out, const Tensor& x) const {
    const auto [u, s, vh] = in_own_words("pinv", [&] { return svd(x, false); });
    const Tensor inverse = inverse_of_large(s, atol, rtol).unsqueeze(-2);
    Tensor(out).copy_(matmul(vh.mT() * inverse, u.mT()));
  }
  /// Source: Golub & Pereyra (1973), "The differentiation of pseudo-inverses and nonlinear least
  /// squares problems whose variables separate".
  Grads vjp(const Saved& s, const Tensor& g) const {
    const Tensor x = s[0];
    const Tensor y = s.output();
    const Tensor t = y.mT();
    const Tensor h = g.mT();
    const Tensor left = matmul(matmul(h, y), t);   // beyond the columns of x
    const Tensor right = matmul(t, matmul(y, h));  // beyond its rows
    return {left - matmul(x, matmul(y, left)) + right - matmul(matmul(right, y), x) -
            matmul(matmul(t, g), t)};
  }
};

}  // namespace

Tensor inv(const Tensor& x) {
  check_floating("inv", x);
  check_square("inv", x);
  return apply(Inv{}, x);
}

Tensor inverse(const Tensor& x) {
  check_defined("inverse", x);
  return speaking_as("inverse", [&] { return inv(x); });
}

Tensor pinv(const Tensor& x, std::optional<double> atol, std::optional<double> rtol) {
  check_floating("pinv", x);
  check_matrices("pinv", x);
  check<Error>(atol || rtol || !is_symbolic(x) || !has_unknown(x.shape()),
               "pinv: the tolerance comes of the sizes of {}, which aren't known yet; say rtol",
               x.shape());
  const double least = atol.value_or(0);
  const double share = rtol.value_or(least > 0 ? 0 : rounding_of(x));
  check<Error>(least >= 0 && share >= 0, "pinv: atol {} and rtol {}; they can't be negative", least,
               share);
  return apply(Pinv{least, share}, x);
}

}  // namespace tapegrad
