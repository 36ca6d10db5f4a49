#include "tapegrad/ops/reduce.hpp"

#include "autograd/apply.hpp"
#include "core/check.hpp"
#include "kernels/sum.hpp"
#include "ops/reduced.hpp"
#include "tapegrad/ops/binary.hpp"
#include "tapegrad/ops/pointwise.hpp"

namespace tapegrad {
namespace {

/// Broadcasting finds the dimensions of `kept` without a reshape: only 1s are missing, in front.
bool lines_up(const Shape& shape, const Shape& kept) {
  const std::size_t lead = kept.size() - shape.size();
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (kept[i] != (i < lead ? 1 : shape[i - lead])) return false;
  }
  return true;
}

/// The gradient of a sum: g at every element that was added.
Tensor spread(const Tensor& g, const Reduced& dims, const Shape& to) {
  const Shape kept = dims.kept_shape(to);
  return lines_up(g.shape(), kept) ? g.expand(to) : g.reshape(kept).expand(to);
}

struct Sum {
  static constexpr std::string_view name = "sum";
  static constexpr Needs saves(Needs) { return save_nothing; }
  Reduced dims;
  Tensor forward(const Tensor& x) const {
    const DType dtype = is_floating(x.dtype()) ? x.dtype() : int64;
    Tensor out = make_tensor(dtype, dims.shape(x.shape()));
    kernels::sum(kernels::ref(out), kernels::ref(x), dims.gone);
    return out;
  }
  Grads vjp(const Saved& s, const Tensor& g) const { return {spread(g, dims, s.shape(0))}; }
};

/// g / count; without a tensor for the count where nothing is recorded.
Tensor divided(const Tensor& g, double count) {
  if (recording()) return g / count;
  Tensor out = make_tensor(g.dtype(), g.shape());
  kernels::sum(kernels::ref(out), kernels::ref(g), {}, count);  // over no dimension
  return out;
}

struct Mean {
  static constexpr std::string_view name = "mean";
  static constexpr Needs saves(Needs) { return save_nothing; }
  Reduced dims;
  Tensor forward(const Tensor& x) const {
    Tensor out = make_tensor(x.dtype(), dims.shape(x.shape()));
    kernels::sum(kernels::ref(out), kernels::ref(x), dims.gone, dims.count(x.shape()));
    return out;
  }
  Grads vjp(const Saved& s, const Tensor& g) const {
    return {spread(divided(g, dims.count(s.shape(0))), dims, s.shape(0))};
  }
};

/// What sum of squares is divided by; never below 0, as in PyTorch.
double freedom(const Reduced& dims, const Shape& shape, double correction) {
  return std::max(0.0, dims.count(shape) - correction);
}

Tensor deviation(const Tensor& x, Reduced dims) {
  dims.keep = Keepdim::yes;
  return x - apply(Mean{dims}, x);
}

struct Var {
  static constexpr std::string_view name = "var";
  static constexpr Needs saves(Needs) { return 1; }
  Reduced dims;
  double correction;
  Tensor forward(const Tensor& x) const {
    const Tensor squares = square(deviation(x, dims));
    Tensor out = make_tensor(x.dtype(), dims.shape(x.shape()));
    kernels::sum(kernels::ref(out), kernels::ref(squares), dims.gone,
                 freedom(dims, x.shape(), correction));
    return out;
  }
  Grads vjp(const Saved& s, const Tensor& g) const {
    const Tensor x = s[0];
    const Tensor part = g * (2 / freedom(dims, x.shape(), correction));
    return {spread(part, dims, x.shape()) * deviation(x, dims)};
  }
};

struct Std {
  static constexpr std::string_view name = "std";
  static constexpr Needs saves(Needs) { return 1 | save_output; }
  Reduced dims;
  double correction;
  Tensor forward(const Tensor& x) const { return sqrt(Var{dims, correction}.forward(x)); }
  Grads vjp(const Saved& s, const Tensor& g) const {
    const Tensor x = s[0];
    const Tensor y = s.output();
    const Tensor flat = y == 0;
    // 1 stands where y is 0, so that no derivative of the division is NaN there.
    const Tensor part = where(flat, 0, g / where(flat, 1, y));
    return {spread(part / freedom(dims, x.shape(), correction), dims, x.shape()) *
            deviation(x, dims)};
  }
};

Tensor nonzero_count(const Tensor& x, const Reduced& dims) {
  return apply(Sum{dims}, x.dtype() == boolean ? x : x != 0);
}

}  // namespace

Tensor sum(const Tensor& x) { return sum(x, {}); }

Tensor sum(const Tensor& x, const Dims& dims, Keepdim keep) {
  return apply(Sum{Reduced("sum", x, dims, keep)}, x);
}

Tensor sum_to(const Tensor& x, const Shape& shape) {
  check_defined("sum_to", x, shape);
  if (x.shape() == shape) return x;
  check<ShapeError>(broadcasts_to(shape, x.shape()), "sum_to: shape {} doesn't broadcast to {}",
                    shape, x.shape());
  const std::size_t lead = x.shape().size() - shape.size();
  Dims dims;
  for (std::size_t i = 0; i < x.shape().size(); ++i) {
    if (i < lead || shape[i - lead] != x.shape()[i]) dims.push_back(static_cast<std::int64_t>(i));
  }
  const Tensor kept = sum(x, dims, Keepdim::yes);
  return kept.shape() == shape ? kept : kept.reshape(shape);
}

Tensor mean(const Tensor& x) { return mean(x, {}); }

Tensor mean(const Tensor& x, const Dims& dims, Keepdim keep) {
  check_floating("mean", x);
  return apply(Mean{Reduced("mean", x, dims, keep)}, x);
}

Tensor var(const Tensor& x) { return var(x, {}); }

Tensor var(const Tensor& x, const Dims& dims, Keepdim keep, double correction) {
  check_floating("var", x);
  return apply(Var{Reduced("var", x, dims, keep), correction}, x);
}

Tensor std(const Tensor& x) { return std(x, {}); }

Tensor std(const Tensor& x, const Dims& dims, Keepdim keep, double correction) {
  check_floating("std", x);
  return apply(Std{Reduced("std", x, dims, keep), correction}, x);
}

Tensor count_nonzero(const Tensor& x, const Dims& dims, Keepdim keep) {
  return nonzero_count(x, Reduced("count_nonzero", x, dims, keep));
}

Tensor any(const Tensor& x, const Dims& dims, Keepdim keep) {
  return nonzero_count(x, Reduced("any", x, dims, keep)) != 0;
}

Tensor all(const Tensor& x, const Dims& dims, Keepdim keep) {
  const Reduced reduced("all", x, dims, keep);
  return nonzero_count(x, reduced) == static_cast<std::int64_t>(reduced.count(x.shape()));
}

Tensor Tensor::sum() const {
  check_defined_self("sum", *this);
  return tapegrad::sum(*this);
}
Tensor Tensor::mean() const {
  check_defined_self("mean", *this);
  return tapegrad::mean(*this);
}

}  // namespace tapegrad
