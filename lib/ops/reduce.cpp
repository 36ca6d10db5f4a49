#include "tapegrad/ops/reduce.hpp"

#include "autograd/apply.hpp"
#include "core/check.hpp"
#include "kernels/sum.hpp"
#include "ops/reduced.hpp"
#include "tapegrad/ops/binary.hpp"

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
    return {spread(g / dims.count(s.shape(0)), dims, s.shape(0))};
  }
};

}  // namespace

Tensor sum(const Tensor& x) { return sum(x, {}); }

Tensor sum(const Tensor& x, const Dims& dims, Keepdim keep) {
  return apply(Sum{Reduced("sum", x, dims, keep)}, x);
}

Tensor sum_to(const Tensor& x, const Shape& shape) {
  if (x.shape() == shape) return x;
  check<ShapeError>(broadcasts_to(shape, x.shape()), "sum_to: shape {} doesn't broadcast to {}",
                    shape, x.shape());
  const std::size_t lead = x.shape().size() - shape.size();
  Dims dims;
  for (std::size_t i = 0; i < x.shape().size(); ++i) {
    if (i < lead || shape[i - lead] != x.shape()[i]) dims.push_back(static_cast<std::int64_t>(i));
  }
  return sum(x, dims, Keepdim::yes).reshape(shape);
}

Tensor mean(const Tensor& x) { return mean(x, {}); }

Tensor mean(const Tensor& x, const Dims& dims, Keepdim keep) {
  check<DTypeError>(is_floating(x.dtype()),
                    "mean: needs a floating-point tensor, got {}; convert it with to(float32)",
                    x.dtype());
  return apply(Mean{Reduced("mean", x, dims, keep)}, x);
}

Tensor Tensor::sum() const { return tapegrad::sum(*this); }
Tensor Tensor::mean() const { return tapegrad::mean(*this); }

}  // namespace tapegrad
