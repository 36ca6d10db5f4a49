#include "ops/strided.hpp"

#include "autograd/apply.hpp"
#include "kernels/copy.hpp"
#include "tapegrad/ops/create.hpp"

namespace tapegrad {
namespace {

/// `relative` counts from the first element of x.
Layout over(const Tensor& x, const Layout& relative) {
  return Layout(relative.shape(), relative.strides(), x.storage_offset() + relative.offset());
}

}  // namespace

Tensor AsStrided::forward(const Tensor& x) const { return make_view(x, over(x, layout)); }

Grads AsStrided::vjp(const Saved& s, const Tensor& g) const {
  return {as_strided_scatter(zeros(s.shape(0), {.dtype = g.dtype()}), g, layout)};
}

Tensor AsStridedScatter::forward(const Tensor& x, const Tensor& part) const {
  const Tensor y = x.clone();
  const Tensor target = make_view(y, layout);
  kernels::copy(kernels::ref(target), kernels::ref(part));
  return y;
}

Grads AsStridedScatter::vjp(const Saved& s, const Tensor& g) const {
  Tensor to_x;
  Tensor to_part;
  if (s.needs(0)) {
    to_x = as_strided_scatter(g, zeros(layout.shape(), {.dtype = g.dtype()}), layout);
  }
  if (s.needs(1)) to_part = as_strided(g, layout);
  return {to_x, to_part};
}

Tensor as_strided(const Tensor& x, const Layout& layout) {
  return apply(AsStrided{layout}, x.contiguous());
}

Tensor as_strided_scatter(const Tensor& x, const Tensor& part, const Layout& layout) {
  return apply(AsStridedScatter{layout}, x, part);
}

}  // namespace tapegrad
