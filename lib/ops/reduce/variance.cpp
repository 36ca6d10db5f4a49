#include "tapegrad/ops/reduce/variance.hpp"

#include <algorithm>
#include <cmath>

#include "autograd/several.hpp"
#include "core/check.hpp"
#include "core/speaking.hpp"
#include "kernels/copy.hpp"
#include "kernels/sum.hpp"
#include "kernels/variance.hpp"
#include "ops/elementwise.hpp"
#include "ops/floating.hpp"
#include "ops/reduce/spread.hpp"
#include "tapegrad/ops/linalg/matmul.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce/sum.hpp"

namespace tapegrad {

using namespace kernels;

namespace {

/// What sum of squares is divided by; never below 0, as in PyTorch.
double freedom(const Reduced& dims, const Shape& shape, double correction) {
  return std::max(0.0, dims.count(shape) - correction);
}

void check_correction(std::string_view operation, double correction) {
  check<Error>(std::isfinite(correction), "{}: correction {}; it must be finite", operation,
               correction);
}

/// Writes the variances of x, or their roots, given its mean with the dimensions kept.
void write_spread(const Tensor& out, const Tensor& x, const Tensor& mean, const Reduced& dims,
                  double correction, Spread which) {
  const Tensor squares = square(x - mean);
  const double divisor = freedom(dims, x.shape(), correction);
  kernels::sum(ref(out), ref(squares), dims.gone, divisor);
  finish_variance(ref(out), ref(x), dims.gone, divisor, which);
}

Tensor kept_mean(const Tensor& x, Reduced dims) {
  dims.keep = Keepdim::yes;
  return mean_of(x, dims);
}

Tensor deviation(const Tensor& x, const Reduced& dims) { return x - kept_mean(x, dims); }

/// What variance and deviation, its root, have in common.
struct Deviating {
  Reduced dims;
  double correction;
  Deviating(const Reduced& over, double less) : dims(over), correction(less) {}
  void attributes(AttributeList& list) const {
    dims.attributes(list);
    list("correction", correction);
  }
  Meta result(const Tensor& x) const { return {x.dtype(), dims.shape(x.shape())}; }
  void into(const Tensor& out, const Tensor& x, Spread which) const {
    write_spread(out, x, kept_mean(x, dims), dims, correction, which);
  }
  /// With what was found on the way.
  std::vector<Meta> results(const Tensor& x) const { return {result(x), result(x)}; }
  void into(Outputs outs, const Tensor& x, Spread which) const {
    const Tensor mean = kept_mean(x, dims);
    write_spread(outs[0], x, mean, dims, correction, which);
    kernels::copy(ref(outs[1]), ref(mean.reshape(outs[1].shape())));
  }
};

Tensor var_gradient(const Deviating& op, const Tensor& g, const Tensor& x) {
  const Tensor part = g * (2 / freedom(op.dims, x.shape(), op.correction));
  return spread(part, op.dims, x.shape()) * deviation(x, op.dims);
}

struct Var : Deviating {
  static constexpr std::string_view name = "var";
  static constexpr Needs saves(Needs) { return save_input(0); }
  using Deviating::Deviating;
  void into(const Tensor& out, const Tensor& x) const { Deviating::into(out, x, Spread::variance); }
  Grads vjp(const Saved& s, const Tensor& g) const { return {var_gradient(*this, g, s[0])}; }
};

Tensor std_gradient(const Deviating& op, const Tensor& g, const Tensor& x, const Tensor& root) {
  const Tensor y = spread(root, op.dims, x.shape());
  const Tensor part = spread(g / freedom(op.dims, x.shape(), op.correction), op.dims, x.shape());
  // The quotient first: it is of moderate size where y is not. Where y is 0, 1 stands for it and
  // 0 for d, which may be infinite: so no derivative of the quotient or the product is NaN there.
  const auto share = [](const auto& d, const auto& deviation, const auto& scale) {
    const auto zero = constant(scale, 0);
    const auto flat = scale == zero;
    const auto quotient = deviation / where(flat, constant(scale, 1), scale);
    return where(flat, zero, where(flat, zero, d) * quotient);
  };
  return pulled(share, part, deviation(x, op.dims), y);
}

struct Std : Deviating {
  static constexpr std::string_view name = "std";
  static constexpr Needs saves(Needs) { return save_input(0) | save_output; }
  using Deviating::Deviating;
  void into(const Tensor& out, const Tensor& x) const {
    Deviating::into(out, x, Spread::deviation);
  }
  Grads vjp(const Saved& s, const Tensor& g) const {
    return {std_gradient(*this, g, s[0], s.output())};
  }
};

/// The gradient of the first result, undefined where none came, and that of the mean.
Grads with_mean(const Tensor& of_spread, const Tensor& g, const Reduced& dims, const Tensor& x) {
  if (!g.defined()) return {of_spread};
  const Tensor of_mean = spread(g / dims.count(x.shape()), dims, x.shape());
  return {of_spread.defined() ? of_spread + of_mean : of_mean};
}

struct VarMean : Deviating {
  static constexpr std::string_view name = "var_mean";
  static constexpr Needs saves(Needs) { return save_input(0); }
  using Deviating::Deviating;
  void into(Outputs outs, const Tensor& x) const { Deviating::into(outs, x, Spread::variance); }
  Grads vjp(const Saved& s, std::span<const Tensor> gs) const {
    const Tensor x = s[0];
    const Tensor of_var = gs[0].defined() ? var_gradient(*this, gs[0], x) : Tensor();
    return with_mean(of_var, gs[1], dims, x);
  }
};

struct StdMean : Deviating {
  static constexpr std::string_view name = "std_mean";
  static constexpr Needs saves(Needs) { return save_input(0); }
  using Deviating::Deviating;
  void into(Outputs outs, const Tensor& x) const { Deviating::into(outs, x, Spread::deviation); }
  Grads vjp(const Saved& s, std::span<const Tensor> gs) const {
    const Tensor x = s[0];
    Tensor of_std;
    if (gs[0].defined()) {
      of_std = std_gradient(*this, gs[0], x, apply(Std(dims, correction), x));
    }
    return with_mean(of_std, gs[1], dims, x);
  }
};

template <class Op>
std::pair<Tensor, Tensor> pair_of(const Tensor& x, const Dims& dims, Keepdim keep,
                                  double correction) {
  check_floating(Op::name, x);
  check_correction(Op::name, correction);
  std::vector<Tensor> results = apply_several(Op(Reduced(Op::name, x, dims, keep), correction), x);
  return {std::move(results[0]), std::move(results[1])};
}

}  // namespace

Tensor var(const Tensor& x) { return var(x, {}); }

Tensor var(const Tensor& x, const Dims& dims, Keepdim keep, double correction) {
  check_floating("var", x);
  check_correction("var", correction);
  return apply(Var(Reduced("var", x, dims, keep), correction), x);
}

Tensor std(const Tensor& x) { return std(x, {}); }

Tensor std(const Tensor& x, const Dims& dims, Keepdim keep, double correction) {
  check_floating("std", x);
  check_correction("std", correction);
  return apply(Std(Reduced("std", x, dims, keep), correction), x);
}

namespace {

Tensor covariance(std::string_view name, const Tensor& x, std::int64_t correction) {
  check_floating(name, x);
  check<ShapeError>(x.dim() <= 2, "{}: shape {}; a matrix has a variable in each row", name,
                    x.shape());
  return speaking_as(name, [&] {
    const Tensor rows = x.dim() == 2 ? x : x.reshape({1, -1});
    const Tensor off = rows - mean(rows, 1, keepdim);
    const std::int64_t divisor = std::max<std::int64_t>(rows.size(1) - correction, 0);
    const Tensor y = matmul(off, off.t()) / divisor;
    return rows.size(0) == 1 ? y.reshape({}) : y;
  });
}

}  // namespace

Tensor cov(const Tensor& x, std::int64_t correction) { return covariance("cov", x, correction); }

Tensor corrcoef(const Tensor& x) {
  const Tensor c = covariance("corrcoef", x, 1);
  return speaking_as("corrcoef", [&] {
    if (c.dim() == 0) return c / c;
    const Tensor deviations = sqrt(c.diagonal());
    return clamp(c / deviations.unsqueeze(1) / deviations, -1, 1);
  });
}

std::pair<Tensor, Tensor> var_mean(const Tensor& x) { return var_mean(x, {}); }

std::pair<Tensor, Tensor> var_mean(const Tensor& x, const Dims& dims, Keepdim keep,
                                   double correction) {
  return pair_of<VarMean>(x, dims, keep, correction);
}

std::pair<Tensor, Tensor> std_mean(const Tensor& x) { return std_mean(x, {}); }

std::pair<Tensor, Tensor> std_mean(const Tensor& x, const Dims& dims, Keepdim keep,
                                   double correction) {
  return pair_of<StdMean>(x, dims, keep, correction);
}

}  // namespace tapegrad
