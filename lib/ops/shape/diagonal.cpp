#include "tapegrad/ops/shape/diagonal.hpp"

#include <algorithm>
#include <limits>

#include "core/layout_views.hpp"
#include "core/sizes.hpp"
#include "core/speaking.hpp"
#include "ops/beside.hpp"
#include "ops/in_place.hpp"
#include "ops/shape/view_op.hpp"
#include "ops/strided.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"

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

/// Which elements of the last two dimensions stay. A diagonal beyond the corners is as good as one
/// there.
Tensor triangle(std::string_view operation, const Tensor& x, std::int64_t k, bool lower) {
  check<ShapeError>(x.dim() >= 2, "{}: needs at least two dimensions: shape {}", operation,
                    x.shape());
  const std::int64_t n = x.size(-2);
  const std::int64_t m = x.size(-1);
  const std::int64_t at = k < -n ? -n : k > m ? m : k;
  const Tensor row = arange(at, n + at).unsqueeze(1);
  const Tensor column = arange(m);
  return where(lower ? column <= row : column >= row, x, zeros({}, {.dtype = x.dtype()}));
}

}  // namespace

Tensor diagonal(const Tensor& x, std::int64_t k, std::int64_t dim1, std::int64_t dim2) {
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

Tensor tril(const Tensor& x, std::int64_t k) {
  check_defined("tril", x, k);
  return triangle("tril", x, k, true);
}

Tensor triu(const Tensor& x, std::int64_t k) {
  check_defined("triu", x, k);
  return triangle("triu", x, k, false);
}

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
