#include "tapegrad/ops/linalg/linear.hpp"

#include "autograd/apply.hpp"
#include "core/check.hpp"
#include "core/sizes.hpp"
#include "kernels/gemm.hpp"
#include "kernels/sum.hpp"
#include "tapegrad/ops/linalg/matmul.hpp"
#include "tapegrad/ops/reduce.hpp"

namespace tapegrad {

using namespace kernels;

namespace {

/// All rows of x as one matrix.
Tensor rows_of(const Tensor& x) {
  const Shape& shape = impl_of(x).layout.shape();
  if (shape.size() == 2) return x;
  std::int64_t rows = 1;  // reshape() can't tell it where a row is empty
  for (std::size_t i = 0; i + 1 < shape.size(); ++i) rows = checked_mul("linear", rows, shape[i]);
  return x.reshape({rows, shape.back()});
}

/// As gemm() reads it: a copy where its strides are beyond that.
Tensor in_reach(const Tensor& matrix) {
  return readable(impl_of(matrix).dtype, impl_of(matrix).layout) ? matrix : matrix.clone();
}

/// It is one matrix, which gemm() reads where it lies.
bool is_plain(const Tensor& x) {
  const Layout& layout = impl_of(x).layout;
  return layout.rank() == 2 && (layout.is_contiguous() || readable(impl_of(x).dtype, layout));
}

// The gradients of linear(), from a gradient of rows.

struct LinearToX {
  static constexpr std::string_view name = "linear_to_x";
  Shape shape;
  Meta result(const Tensor& g, const Tensor&) const { return {g.dtype(), shape}; }
  void into(const Tensor& dx, const Tensor& g, const Tensor& w) const {
    const Layout rows({g.shape()[0], w.shape()[1]});
    gemm(with_layout(ref(dx), rows), Factor{ref(g)}, Factor{ref(w)});
  }
  Ready ready(const Tensor& dx, const Tensor& g, const Tensor& w) const {
    if (shape.size() != 2) return {};
    return ready_gemm(dx.dtype(), impl_of(dx).layout, {impl_of(g).layout}, {impl_of(w).layout},
                      false);
  }
};

struct LinearToWeight {
  static constexpr std::string_view name = "linear_to_weight";
  static constexpr Traversal traversal = Traversal::columns;
  Meta result(const Tensor& g, const Tensor& x) const {
    return {g.dtype(), {g.shape()[1], x.shape()[1]}};
  }
  void into(const Tensor& dw, const Tensor& g, const Tensor& x) const {
    gemm(ref(dw), Factor{ref(g), true}, Factor{ref(x)});
  }
  Ready ready(const Tensor& dw, const Tensor& g, const Tensor& x) const {
    return ready_gemm(dw.dtype(), impl_of(dw).layout, {impl_of(g).layout, true},
                      {impl_of(x).layout}, false);
  }
};

struct LinearToBias {
  static constexpr std::string_view name = "linear_to_bias";
  Meta result(const Tensor& g) const { return {g.dtype(), {g.shape()[1]}}; }
  void into(const Tensor& db, const Tensor& g) const {
    kernels::sum(ref(db), ref(g), {true, false}, 1);
  }
  Ready ready(const Tensor& db, const Tensor& g) const {
    return ready_sum(db.dtype(), impl_of(db).layout, impl_of(g).layout);
  }
};

struct Linear {
  static constexpr std::string_view name = "linear";
  static constexpr bool takes_undefined = true;  // the bias
  static constexpr Traversal traversal = Traversal::rows;
  static constexpr Needs saves(Needs needs) { return save_crosswise(needs); }

  Meta result(const Tensor& x, const Tensor& weight, const Tensor&) const {
    Meta y = like(x);
    y.shape[y.shape.size() - 1] = weight.shape()[0];
    return y;
  }

  void into(const Tensor& y, const Tensor& x, const Tensor& weight, const Tensor& bias) const {
    if (is_plain(x) && is_plain(weight)) return into_rows(ref(y), x, weight, bias);
    const Tensor rows = in_reach(rows_of(x));
    const Layout shape({rows.shape()[0], weight.shape()[0]});
    into_rows(with_layout(ref(y), shape), rows, in_reach(weight), bias);
  }

  Ready ready(const Tensor& y, const Tensor& x, const Tensor& weight, const Tensor& bias) const {
    const bool is_far = bias.defined() && !impl_of(bias).layout.is_contiguous();
    if (is_far || !is_plain(x) || !is_plain(weight)) return {};
    return ready_gemm(y.dtype(), impl_of(y).layout, {impl_of(x).layout},
                      {impl_of(weight).layout, true}, bias.defined());
  }

  Grads vjp(const Saved& s, const Tensor& g) const {
    if (recording()) return recorded(s, g);
    const Tensor rows = in_reach(rows_of(g));
    return {s.needs(0) ? to_x(s, rows) : Tensor{}, s.needs(1) ? to_weight(s, rows) : Tensor{},
            s.needs(2) ? untaped(LinearToBias{}, rows) : Tensor{}};
  }

 private:
  static void into_rows(Ref out, const Tensor& rows, const Tensor& weight, const Tensor& bias) {
    const Factor x{ref(rows)}, w{ref(weight), true};
    if (!bias.defined()) return gemm(out, x, w);
    const Ref b = ref(bias);
    gemm(out, x, w, &b);
  }
  static Grads recorded(const Saved& s, const Tensor& g) {
    const Tensor rows = rows_of(g);
    return {s.needs(0) ? matmul(g, s[1]) : Tensor{},
            s.needs(1) ? matmul(rows.t(), rows_of(s[0])) : Tensor{},
            s.needs(2) ? sum(rows, {0}) : Tensor{}};
  }

  static Tensor to_x(const Saved& s, const Tensor& g) {
    return untaped(LinearToX{s.shape(0)}, g, in_reach(s[1]));
  }
  static Tensor to_weight(const Saved& s, const Tensor& g) {
    return untaped(LinearToWeight{}, g, in_reach(rows_of(s[0])));
  }
};

void check_linear(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  check_defined("linear", x, weight);
  const Shape& in = x.shape();
  const Shape& w = weight.shape();
  check<ShapeError>(w.size() == 2 && !in.empty() && in.back() == w[1],
                    "linear: the last size isn't in_features: x is {}, weight is {} "
                    "[out_features, in_features]",
                    in, w);
  check<DTypeError>(x.dtype() == weight.dtype() && is_floating(x.dtype()),
                    "linear: x is {}, weight is {}; both must have one floating-point type: "
                    "convert one with to()",
                    x.dtype(), weight.dtype());
  if (!bias.defined()) return;
  check<ShapeError>(bias.dim() == 1 && bias.shape()[0] == w[0],
                    "linear: bias is {}, weight is {}; it needs one number for each of the {} "
                    "out_features",
                    bias.shape(), w, w[0]);
  check<DTypeError>(bias.dtype() == weight.dtype(),
                    "linear: bias is {}, weight is {}; convert one with to()", bias.dtype(),
                    weight.dtype());
}

}  // namespace

Tensor nn::linear(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  check_linear(x, weight, bias);
  return apply(Linear{}, x, weight, bias);
}

}  // namespace tapegrad
