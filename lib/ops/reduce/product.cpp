#include "tapegrad/ops/reduce/product.hpp"

#include "autograd/apply.hpp"
#include "kernels/scan.hpp"
#include "ops/reduce/products.hpp"
#include "ops/reduced.hpp"
#include "tapegrad/ops/pointwise.hpp"

namespace tapegrad {
namespace {

struct Prod {
  static constexpr std::string_view name = "prod";
  static constexpr Needs saves(Needs) { return save_inputs; }
  std::size_t dim;
  void attributes(AttributeList& list) const { list("dim", dim); }
  Meta result(const Tensor& x) const { return {x.dtype(), without(x.shape(), dim)}; }
  void into(const Tensor& y, const Tensor& x) const {
    kernels::prod(kernels::ref(y), kernels::ref(x), dim);
  }
  Grads vjp(const Saved& s, const Tensor& g) const {
    const Tensor x = s[0];
    return {g.unsqueeze(static_cast<std::int64_t>(dim)) * products_of_others(x, dim)};
  }
};

}  // namespace

Tensor prod(const Tensor& x) { return prod(x, {}); }

Tensor prod(const Tensor& x, const Dims& dims, Keepdim keep) {
  const Reduced reduced("prod", x, dims, keep);
  const Tensor wide = is_floating(x.dtype()) ? x : x.to(int64);
  if (x.dim() == 0) return apply(Prod{0}, wide.reshape({1}));
  const bool one = dims.size() == 1;
  const Tensor lines = one ? wide : reduced.joined_last(wide);
  const std::size_t dim = one ? reduced_dim("prod", x, dims[0]) : lines.shape().size() - 1;
  const Tensor y = apply(Prod{dim}, lines);
  return keep == Keepdim::yes ? y.reshape(reduced.kept_shape(x.shape())) : y;
}

Tensor prod(const Tensor& x, AsDType dtype) { return prod(x, {}, Keepdim::no, dtype); }
Tensor prod(const Tensor& x, const Dims& dims, Keepdim keep, AsDType dtype) {
  check_defined("prod", x, dims, keep, dtype);
  return prod(x.to(dtype), dims, keep).to(dtype);
}

}  // namespace tapegrad
