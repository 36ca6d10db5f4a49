#include "tapegrad/ops/reduce/sum.hpp"

#include "autograd/apply.hpp"
#include "core/check.hpp"
#include "kernels/sum.hpp"
#include "ops/floating.hpp"
#include "ops/reduce/spread.hpp"
#include "tapegrad/ops/pointwise.hpp"

namespace tapegrad {

using namespace kernels;

namespace {

/// Broadcasting finds the dimensions of `kept` without a reshape: only 1s are missing, in front.
bool lines_up(const Shape& shape, const Shape& kept) {
  const std::size_t lead = kept.size() - shape.size();
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (kept[i] != (i < lead ? 1 : shape[i - lead])) return false;
  }
  return true;
}

struct Sum {
  static constexpr std::string_view name = "sum";
  static constexpr Needs saves(Needs) { return save_nothing; }
  Reduced dims;
  void attributes(AttributeList& list) const { dims.attributes(list); }
  Meta result(const Tensor& x) const {
    return {is_floating(x.dtype()) ? x.dtype() : int64, dims.shape(x.shape())};
  }
  void into(const Tensor& out, const Tensor& x) const { kernels::sum(ref(out), ref(x), dims.gone); }
  Ready ready(const Tensor& out, const Tensor& x) const {
    return ready_sum(x.dtype(), impl_of(out).layout, impl_of(x).layout);
  }
  Grads vjp(const Saved& s, const Tensor& g) const { return {spread(g, dims, s.shape(0))}; }
};

struct Mean {
  static constexpr std::string_view name = "mean";
  static constexpr Needs saves(Needs) { return save_nothing; }
  Reduced dims;
  void attributes(AttributeList& list) const { dims.attributes(list); }
  Meta result(const Tensor& x) const { return {x.dtype(), dims.shape(x.shape())}; }
  void into(const Tensor& out, const Tensor& x) const {
    kernels::sum(ref(out), ref(x), dims.gone, dims.count(x.shape()));
  }
  Ready ready(const Tensor& out, const Tensor& x) const {
    return ready_sum(x.dtype(), impl_of(out).layout, impl_of(x).layout, dims.count(x.shape()));
  }
  Grads vjp(const Saved& s, const Tensor& g) const {
    return {spread(g / dims.count(s.shape(0)), dims, s.shape(0))};
  }
};

/// Zeros for NaNs, which integers don't have.
Tensor without_nan(const Tensor& x) {
  return is_floating(x.dtype()) ? where(x.detach() == x.detach(), x, 0) : x;
}

Tensor nonzero_count(const Tensor& x, const Reduced& dims) {
  return apply(Sum{dims}, x.dtype() == boolean ? x : x != 0);
}

}  // namespace

Tensor spread(const Tensor& g, const Reduced& dims, const Shape& to) {
  const Shape kept = dims.kept_shape(to);
  return lines_up(g.shape(), kept) ? g.expand(to) : g.reshape(kept).expand(to);
}

Tensor mean_of(const Tensor& x, const Reduced& dims) { return apply(Mean{dims}, x); }

Tensor sum(const Tensor& x) { return sum(x, {}); }

Tensor sum(const Tensor& x, const Dims& dims, Keepdim keep) {
  return apply(Sum{Reduced("sum", x, dims, keep)}, x);
}

Tensor sum(const Tensor& x, AsDType dtype) { return sum(x, {}, Keepdim::no, dtype); }
Tensor sum(const Tensor& x, const Dims& dims, Keepdim keep, AsDType dtype) {
  check_defined("sum", x, dims, keep, dtype);
  return sum(x.to(dtype), dims, keep).to(dtype);
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

Tensor mean(const Tensor& x, AsDType dtype) { return mean(x, {}, Keepdim::no, dtype); }
Tensor mean(const Tensor& x, const Dims& dims, Keepdim keep, AsDType dtype) {
  check_defined("mean", x, dims, keep, dtype);
  return mean(x.to(dtype), dims, keep);
}

Tensor nansum(const Tensor& x, const Dims& dims, Keepdim keep) {
  const Reduced reduced("nansum", x, dims, keep);
  return apply(Sum{reduced}, without_nan(x));
}

Tensor nanmean(const Tensor& x, const Dims& dims, Keepdim keep) {
  check_floating("nanmean", x);
  const Reduced reduced("nanmean", x, dims, keep);
  return apply(Sum{reduced}, without_nan(x)) / apply(Sum{reduced}, x.detach() == x.detach());
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

}  // namespace tapegrad
