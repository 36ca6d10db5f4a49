#include "ops/strided.hpp"

#include "autograd/apply.hpp"
#include "kernels/copy.hpp"
#include "tapegrad/ops/create.hpp"

namespace tapegrad {
namespace {

/// `relative` counts from the first element of x.
Layout over(const Layout& x, const Layout& relative) {
  return Layout(relative.shape(), relative.strides(), x.offset() + relative.offset());
}

void list_place(const Layout& place, AttributeList& list) {
  list("shape", place.shape());
  list("strides", place.strides());
  list("offset", place.offset());
}

}  // namespace

Layout AsStrided::layout(const Layout& x) const { return over(x, place); }

void AsStrided::attributes(AttributeList& list) const { list_place(place, list); }

Grads AsStrided::vjp(const Saved& s, const Tensor& g) const {
  return {as_strided_scatter(zeros(s.shape(0), {.dtype = g.dtype()}), g, place)};
}

void AsStridedScatter::into(const Tensor& y, const Tensor& x, const Tensor& part) const {
  kernels::copy(kernels::ref(y), kernels::ref(x));
  const Tensor target = make_view(y, over(impl_of(y).layout, place));
  kernels::copy(kernels::ref(target), kernels::ref(part));
}

void AsStridedScatter::attributes(AttributeList& list) const { list_place(place, list); }

Grads AsStridedScatter::vjp(const Saved& s, const Tensor& g) const {
  Tensor to_x;
  Tensor to_part;
  if (s.needs(0)) {
    to_x = as_strided_scatter(g, zeros(place.shape(), {.dtype = g.dtype()}), place);
  }
  if (s.needs(1)) to_part = as_strided(g, place);
  return {to_x, to_part};
}

Tensor as_strided(const Tensor& x, const Layout& place) {
  return apply(AsStrided{place}, x.contiguous());
}

Tensor as_strided_scatter(const Tensor& x, const Tensor& part, const Layout& place) {
  return apply(AsStridedScatter{place}, x, part);
}

}  // namespace tapegrad
