#include "tapegrad/ops/shape/diagonal.hpp"

#include <algorithm>
#include <limits>

#include "autograd/apply.hpp"
#include "core/layout_views.hpp"
#include "core/sizes.hpp"
#include "core/speaking.hpp"
#include "kernels/copy.hpp"
#include "ops/beside.hpp"
#include "ops/in_place.hpp"
#include "ops/shape/view_op.hpp"
#include "ops/strided.hpp"
#include "tapegrad/ops/create.hpp"

namespace tapegrad {
namespace {

struct Diagonal : ViewOp {
  static constexpr std::string_view name = "diagonal";
  std::size_t a;
  std::size_t b;
  std::int64_t offset;
  Diagonal(std::size_t first, std::size_t second, std::int64_t k)
      : a(first), b(second), offset(k) {}
  void attributes(AttributeList& list) const {
    list("dim1", a);
    list("dim2", b);
    if (offset != 0) list("k", offset);
  }
  Layout layout(const Layout& x) const { return diagonal_of(x, a, b, offset); }
  Grads vjp(const Saved& s, const Tensor& g) const {
    const Tensor none = zeros(s.shape(0), {.dtype = g.dtype()});
    return {as_strided_scatter(none, g, diagonal_of(Layout(s.shape(0)), a, b, offset))};
  }
};

/// |k|, for shapes; nothing has a diagonal as far away as the least number.
std::int64_t distance(std::string_view operation, std::int64_t k) {
  return k < 0 ? checked_sub(operation, 0, k) : k;
}

/// What stands on one side of a diagonal of the last two dimensions and on it; the rest is 0.
template <bool lower>
struct Triangle {
  static constexpr std::string_view name = lower ? "tril" : "triu";
  static constexpr Needs saves(Needs) { return save_nothing; }
  std::int64_t k;
  void attributes(AttributeList& list) const { list("k", k); }
  Like result(const Tensor& x) const { return like(x); }
  void into(const Tensor& y, const Tensor& x) const {
    kernels::copy_triangle(kernels::ref(y), kernels::ref(x), k, lower);
  }
  Grads vjp(const Saved&, const Tensor& g) const { return {apply(*this, g)}; }
};

/// Diagonals as far away as this are beyond all corners.
constexpr std::int64_t farthest = std::int64_t{1} << 48;

template <bool lower>
Tensor triangle(const Tensor& x, std::int64_t k) {
  using Op = Triangle<lower>;
  check_defined(Op::name, x, k);
  check<ShapeError>(x.dim() >= 2, "{}: needs at least two dimensions: shape {}", Op::name,
                    x.shape());
  return apply(Op{std::clamp(k, -farthest, farthest)}, x);
}

}  // namespace

Tensor diagonal(const Tensor& x, std::int64_t k, AsDim dim1, AsDim dim2) {
  check_defined("diagonal", x, k, dim1, dim2);
  const std::size_t a = wrap_dim("diagonal", dim1, x.shape().size());
  const std::size_t b = wrap_dim("diagonal", dim2, x.shape().size());
  check<IndexError>(a != b, "diagonal: dims {} and {} are the same", dim1, dim2);
  distance("diagonal", k);
  return apply(Diagonal(a, b, k), x);
}

Tensor diag(const Tensor& x, std::int64_t k) {
  check_defined("diag", x, k);
  check<ShapeError>(x.dim() == 1 || x.dim() == 2,
                    "diag: needs a vector or a matrix: shape {}; use diagonal() or diagflat()",
                    x.shape());
  return speaking_as("diag",
                     [&] { return x.dim() == 2 ? diagonal(x, k).clone() : diagflat(x, k); });
}

Tensor diagflat(const Tensor& x, std::int64_t k) {
  check_defined("diagflat", x, k);
  const Tensor line = x.reshape({x.numel()});
  const std::int64_t n = checked_add("diagflat", x.numel(), distance("diagflat", k));
  return speaking_as("diagflat", [&] {
    const Tensor none = zeros({n, n}, {.dtype = x.dtype()});
    return as_strided_scatter(none, line, diagonal_of(Layout({n, n}), 0, 1, k));
  });
}

Tensor tril(const Tensor& x, std::int64_t k) { return triangle<true>(x, k); }

Tensor triu(const Tensor& x, std::int64_t k) { return triangle<false>(x, k); }

Tensor& Tensor::fill_diagonal_(Scalar value, bool wrap) {
  check_writable("fill_diagonal_", *this);
  check_fits("fill_diagonal_", dtype(), value);
  const auto is_first = [&](std::int64_t n) { return n == shape()[0]; };
  check<ShapeError>(dim() == 2 || (dim() > 2 && std::ranges::all_of(shape(), is_first)),
                    "fill_diagonal_: shape {}; it needs a matrix, or more dimensions of one size",
                    shape());
  const bool again = wrap && dim() == 2;
  for (std::int64_t row = 0; row == 0 || (again && row < size(0)); row += size(1) + 1) {
    Tensor line = slice(0, row).diagonal();
    while (line.dim() > 1) line = line.diagonal(0, 0, -1);
    line.fill_(value);
  }
  return *this;
}

}  // namespace tapegrad
