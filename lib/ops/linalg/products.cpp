#include "tapegrad/ops/linalg/products.hpp"

#include <algorithm>

#include "core/layout.hpp"
#include "core/sizes.hpp"
#include "core/speaking.hpp"
#include "ops/broadcast.hpp"
#include "ops/linalg/checks.hpp"
#include "tapegrad/ops/linalg/contraction.hpp"
#include "tapegrad/ops/linalg/matmul.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/shape.hpp"

namespace tapegrad {
namespace {

/// matmul() of ranks that `operation` asks for.
Tensor multiplied(std::string_view operation, const Tensor& a, std::int64_t rank_a, const Tensor& b,
                  std::int64_t rank_b) {
  check_rank(operation, "the left factor", a, rank_a);
  check_rank(operation, "the right factor", b, rank_b);
  check_multiplied(operation, a, b);
  const std::int64_t inner = b.shape()[b.shape().size() - (rank_b == 1 ? 1 : 2)];
  check<ShapeError>(a.shape().back() == inner, "{}: sizes don't fit: {} and {}", operation,
                    a.shape(), b.shape());
  check<ShapeError>(rank_a < 3 || a.shape()[0] == b.shape()[0],
                    "{}: batches of different size: {} and {}; matmul() broadcasts", operation,
                    a.shape(), b.shape());
  return matmul(a, b);
}

/// Each element of one vector times each of the other.
Tensor spread(std::string_view operation, const Tensor& a, const Tensor& b) {
  check_rank(operation, "the left factor", a, 1);
  check_rank(operation, "the right factor", b, 1);
  return a.unsqueeze(1) * b;
}

bool is(Scalar number, std::int64_t value) {
  return number.kind() == float64 ? number.to<double>() == static_cast<double>(value)
                                  : number.to<std::int64_t>() == value;
}

/// beta x + alpha product.
Tensor combined(std::string_view operation, const Tensor& x, const Tensor& product, Scalar beta,
                Scalar alpha) {
  check<ShapeError>(broadcasts_to(x.shape(), product.shape()),
                    "{}: shape {} doesn't broadcast to the product's {}", operation, x.shape(),
                    product.shape());
  check<DTypeError>(x.dtype() == product.dtype(), "{}: {} added to a product of {}", operation,
                    x.dtype(), product.dtype());
  for (const Scalar number : {beta, alpha}) {
    check<DTypeError>(promote(x.dtype(), number) == x.dtype(),
                      "{}: beta and alpha must be integers for {}", operation, x.dtype());
  }
  return speaking_as(operation, [&] {
    const Tensor scaled = is(alpha, 1) ? product : product * alpha;
    if (is(beta, 0)) return scaled;
    return is(beta, 1) ? x + scaled : x * beta + scaled;
  });
}

}  // namespace

Tensor dot(const Tensor& a, const Tensor& b) {
  check_defined("dot", a, b);
  return multiplied("dot", a, 1, b, 1);
}

Tensor vdot(const Tensor& a, const Tensor& b) {
  check_defined("vdot", a, b);
  return multiplied("vdot", a, 1, b, 1);
}

Tensor outer(const Tensor& a, const Tensor& b) {
  check_defined("outer", a, b);
  return spread("outer", a, b);
}

Tensor mv(const Tensor& matrix, const Tensor& vector) {
  check_defined("mv", matrix, vector);
  return multiplied("mv", matrix, 2, vector, 1);
}

Tensor mm(const Tensor& a, const Tensor& b) {
  check_defined("mm", a, b);
  return multiplied("mm", a, 2, b, 2);
}

Tensor bmm(const Tensor& a, const Tensor& b) {
  check_defined("bmm", a, b);
  return multiplied("bmm", a, 3, b, 3);
}

Tensor addmm(const Tensor& x, const Tensor& a, const Tensor& b, Scalar beta, Scalar alpha) {
  check_defined("addmm", x, a, b, beta, alpha);
  return combined("addmm", x, multiplied("addmm", a, 2, b, 2), beta, alpha);
}

Tensor addmv(const Tensor& x, const Tensor& a, const Tensor& b, Scalar beta, Scalar alpha) {
  check_defined("addmv", x, a, b, beta, alpha);
  return combined("addmv", x, multiplied("addmv", a, 2, b, 1), beta, alpha);
}

Tensor addr(const Tensor& x, const Tensor& a, const Tensor& b, Scalar beta, Scalar alpha) {
  check_defined("addr", x, a, b, beta, alpha);
  const Tensor product = spread("addr", a, b);
  check_multiplied("addr", a, b);
  return combined("addr", x, product, beta, alpha);
}

Tensor baddbmm(const Tensor& x, const Tensor& a, const Tensor& b, Scalar beta, Scalar alpha) {
  check_defined("baddbmm", x, a, b, beta, alpha);
  return combined("baddbmm", x, multiplied("baddbmm", a, 3, b, 3), beta, alpha);
}

Tensor inner(const Tensor& a, const Tensor& b) {
  check_defined("inner", a, b);
  if (a.dim() == 0 || b.dim() == 0) return speaking_as("inner", [&] { return a * b; });
  check_multiplied("inner", a, b);
  check<ShapeError>(a.shape().back() == b.shape().back(),
                    "inner: last sizes differ: shapes {} and {}", a.shape(), b.shape());
  return speaking_as("inner", [&] { return tensordot(a, b, {-1}, {-1}); });
}

Tensor cross(const Tensor& a, const Tensor& b, AsDim dim) {
  check_defined("cross", a, b, dim);
  check<ShapeError>(a.dim() == b.dim(), "cross: ranks differ: shapes {} and {}", a.shape(),
                    b.shape());
  const std::size_t d = wrap_dim("cross", dim, a.shape().size());
  check<ShapeError>(a.shape()[d] == 3 && b.shape()[d] == 3,
                    "cross: dim {} must have size 3: shapes {} and {}", dim, a.shape(), b.shape());
  broadcast_for("cross", a.shape(), b.shape());
  const auto turned = [&](const Tensor& x, std::int64_t by) { return roll(x, {-by}, {dim}); };
  return turned(a, 1) * turned(b, 2) - turned(a, 2) * turned(b, 1);
}

Tensor kron(const Tensor& a, const Tensor& b) {
  check_defined("kron", a, b);
  const auto rank = static_cast<std::size_t>(std::max(a.dim(), b.dim()));
  check<ShapeError>(2 * rank <= max_rank, "kron: needs tensors of rank up to {}: shapes {} and {}",
                    max_rank / 2, a.shape(), b.shape());
  // Dimension i of the result is dimension 2 i, of a, with 2 i + 1, of b.
  Shape wide_a(2 * rank, 1), wide_b(2 * rank, 1), whole(rank, 1);
  for (std::size_t i = 0; i < a.shape().size(); ++i) {
    wide_a[2 * (rank - a.shape().size() + i)] = a.shape()[i];
  }
  for (std::size_t i = 0; i < b.shape().size(); ++i) {
    wide_b[2 * (rank - b.shape().size() + i) + 1] = b.shape()[i];
  }
  for (std::size_t i = 0; i < rank; ++i) {
    whole[i] = checked_mul("kron", wide_a[2 * i], wide_b[2 * i + 1]);
  }
  return (a.reshape(wide_a) * b.reshape(wide_b)).reshape(whole);
}

}  // namespace tapegrad
