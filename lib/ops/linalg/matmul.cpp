#include "tapegrad/ops/linalg/matmul.hpp"

#include <algorithm>

#include "autograd/apply.hpp"
#include "core/check.hpp"
#include "core/sizes.hpp"
#include "kernels/gemm.hpp"
#include "ops/elementwise.hpp"

namespace tapegrad {

using namespace kernels;

namespace {

/// A vector on the left is a row, one on the right a column.
Tensor as_rows(const Tensor& a) { return a.dim() == 1 ? a.unsqueeze(0) : a; }
Tensor as_columns(const Tensor& b) { return b.dim() == 1 ? b.unsqueeze(1) : b; }

Layout row_layout(const Tensor& a) {
  const Layout& layout = impl_of(a).layout;
  return layout.rank() == 1 ? layout.unsqueezed(0) : layout;
}

Layout column_layout(const Tensor& b) {
  const Layout& layout = impl_of(b).layout;
  return layout.rank() == 1 ? layout.unsqueezed(1) : layout;
}

/// x, or a copy where its strides are beyond the kernel.
Tensor in_reach(const Tensor& x, const Layout& matrices) {
  return readable(x.dtype(), matrices) ? x : x.clone();
}

/// All matrices of a batch below each other.
Tensor as_one_matrix(const Tensor& x) {
  if (x.dim() == 2) return x;
  std::int64_t rows = 1;
  for (std::size_t i = 0; i + 1 < x.shape().size(); ++i)
    rows = checked_mul("matmul", rows, x.shape()[i]);
  return x.reshape({rows, x.size(-1)});
}

Shape leading(const Shape& shape) {
  return Shape(std::span(shape.begin(), shape.size() < 2 ? 0 : shape.size() - 2));
}

bool is_matrix(const Tensor& x) { return x.dim() == 2; }

/// `batch` before the rows of one shape and the columns of another.
Shape ending(Shape batch, const Shape& rows, const Shape& columns) {
  batch.push_back(rows[rows.size() - 2]);
  batch.push_back(columns.back());
  return batch;
}

/// A vector leaves no dimension behind.
Shape product_shape(const Shape& a, const Shape& b) {
  Shape batch = broadcast_shapes(leading(a), leading(b));
  if (a.size() > 1) batch.push_back(a[a.size() - 2]);
  if (b.size() > 1) batch.push_back(b.back());
  return batch;
}

void check_matmul(const Tensor& a, const Tensor& b) {
  const Shape& left = a.shape();
  const Shape& right = b.shape();
  check<ShapeError>(!left.empty() && !right.empty(),
                    "matmul: a tensor of rank 0: {} @ {}; use * for numbers", left, right);
  const std::int64_t inner = right.size() == 1 ? right[0] : right[right.size() - 2];
  check<ShapeError>(left.back() == inner,
                    "matmul: inner sizes differ: {} @ {}; transpose one of them?", left, right);
  check<DTypeError>(a.dtype() == b.dtype(),
                    "matmul: element types differ: {} @ {}; convert one with to({})", a.dtype(),
                    b.dtype(), promote(a.dtype(), b.dtype()));
  check<DTypeError>(a.dtype() != boolean,
                    "matmul: boolean tensors: {} @ {}; convert them with to(int64)", left, right);
  for (std::size_t i = 3; i <= std::min(left.size(), right.size()); ++i) {
    const std::int64_t l = left[left.size() - i];
    const std::int64_t r = right[right.size() - i];
    check<ShapeError>(l == r || l == 1 || r == 1,
                      "matmul: leading sizes don't broadcast: {} @ {}; they must be equal or 1",
                      left, right);
  }
}

struct Matmul {
  static constexpr std::string_view name = "matmul";
  static constexpr Traversal traversal = Traversal::product;
  static constexpr Needs saves(Needs needs) { return save_crosswise(needs); }

  Meta result(const Tensor& a, const Tensor& b) const {
    if (is_matrix(a) && is_matrix(b)) return {a.dtype(), Shape{a.shape()[0], b.shape()[1]}};
    return {a.dtype(), product_shape(a.shape(), b.shape())};
  }
  void into(const Tensor& out, const Tensor& a, const Tensor& b) const {
    is_matrix(a) && is_matrix(b) ? of_matrices(out, a, b) : of_batches(out, a, b);
  }
  Ready ready(const Tensor& out, const Tensor& a, const Tensor& b) const {
    const DType dtype = out.dtype();
    const Layout& x = impl_of(a).layout;
    const Layout& y = impl_of(b).layout;
    const bool is_plain = is_matrix(a) && is_matrix(b) && readable(dtype, x) && readable(dtype, y);
    return is_plain ? ready_gemm(dtype, impl_of(out).layout, {x}, {y}, false) : Ready();
  }

  Grads vjp(const Saved& s, const Tensor& g) const {
    return {s.needs(0) ? to_a(s, s[1], g) : Tensor{}, s.needs(1) ? to_b(s, s[0], g) : Tensor{}};
  }

 private:
  // The result is made before copies of the operands: it is the largest of all, and may be too
  // large.

  /// The common case, without the arithmetic of broadcasting.
  static void of_matrices(const Tensor& out, const Tensor& a, const Tensor& b) {
    const Tensor x = in_reach(a, impl_of(a).layout);
    const Tensor y = in_reach(b, impl_of(b).layout);
    gemm(ref(out), ref(x), ref(y));
  }

  static void of_batches(const Tensor& out, const Tensor& a, const Tensor& b) {
    const Tensor x = in_reach(a, row_layout(a));
    const Tensor y = in_reach(b, column_layout(b));
    const Layout rows = row_layout(x);
    const Layout columns = column_layout(y);
    const Shape batch = broadcast_shapes(leading(rows.shape()), leading(columns.shape()));
    const Layout to(ending(batch, rows.shape(), columns.shape()));
    const Layout wide_rows = rows.broadcast_to(ending(batch, rows.shape(), rows.shape()));
    const Layout wide_columns =
        columns.broadcast_to(ending(batch, columns.shape(), columns.shape()));
    gemm(with_layout(ref(out), to), with_layout(ref(x), wide_rows),
         with_layout(ref(y), wide_columns));
  }

  static Tensor to_a(const Saved& s, const Tensor& b, const Tensor& g) {
    const bool vector = s.shape(0).size() == 1;
    const Tensor columns = b.dim() == 1 ? g.unsqueeze(-1) : g;
    const Tensor product = matmul(vector ? columns.unsqueeze(-2) : columns, as_columns(b).mT());
    return vector ? product.squeeze(-2) : product;
  }

  static Tensor to_b(const Saved& s, const Tensor& a, const Tensor& g) {
    const bool vector = s.shape(1).size() == 1;
    const Tensor columns = vector ? g.unsqueeze(-1) : g;
    const Tensor rows = a.dim() == 1 ? columns.unsqueeze(-2) : columns;
    // One product instead of a batch of them that the reverse pass would have to add up.
    const Tensor product = s.shape(1).size() <= 2
                               ? matmul(as_one_matrix(as_rows(a)).mT(), as_one_matrix(rows))
                               : matmul(as_rows(a).mT(), rows);
    return vector ? product.squeeze(-1) : product;
  }
};

}  // namespace

Tensor matmul(const Tensor& a, const Tensor& b) {
  check_defined("matmul", a, b);
  check_matmul(a, b);
  return apply(Matmul{}, a, b);
}

}  // namespace tapegrad
