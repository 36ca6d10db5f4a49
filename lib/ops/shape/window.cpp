#include "tapegrad/ops/shape/window.hpp"

#include "core/layout_views.hpp"
#include "ops/shape/restrided.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/index/select.hpp"
#include "tapegrad/ops/pointwise.hpp"

namespace tapegrad {
namespace {

/// The place in a row-major tensor that each element of `place` looks at, as a vector.
Tensor places_of(const Layout& place) {
  Tensor sum = full({}, place.offset());
  for (std::size_t d = 0; d < place.rank(); ++d) {
    Shape along(place.rank(), 1);
    along[d] = place.shape()[d];
    sum = sum + (arange(place.shape()[d]) * place.strides()[d]).reshape(along);
  }
  return sum.expand(place.shape()).reshape({place.numel()});
}

/// g added up at the places of a row-major tensor from which its elements came.
Grads gathered(const Saved& s, const Tensor& g, const Layout& place) {
  const Tensor none = zeros({numel(s.shape(0))}, {.dtype = g.dtype()});
  const Tensor sums = index_add(none, 0, places_of(place), g.reshape({place.numel()}));
  return {sums.reshape(s.shape(0))};
}

struct Unfold : ViewOp {
  static constexpr std::string_view name = "unfold";
  std::size_t dim;
  std::int64_t size;
  std::int64_t step;
  Unfold(std::size_t d, std::int64_t of, std::int64_t by) : dim(d), size(of), step(by) {}
  void attributes(AttributeList& list) const {
    list("dim", dim);
    list("size", size);
    list("step", step);
  }
  Layout layout(const Layout& x) const { return windows_of(x, dim, size, step); }
  Grads vjp(const Saved& s, const Tensor& g) const {
    return gathered(s, g, windows_of(Layout(s.shape(0)), dim, size, step));
  }
};

}  // namespace

void Restrided::attributes(AttributeList& list) const {
  list("shape", place.shape());
  list("strides", place.strides());
  list("offset", place.offset());
}

Grads Restrided::vjp(const Saved& s, const Tensor& g) const { return gathered(s, g, place); }

Tensor unfold(const Tensor& x, AsDim dim, std::int64_t size, std::int64_t step) {
  check_defined("unfold", x, dim, size, step);
  const std::size_t d = wrap_dim("unfold", dim, x.shape().size());
  check<ShapeError>(step > 0, "unfold: step {}; it must be positive", step);
  check<ShapeError>(size >= 0 && size <= x.shape()[d],
                    "unfold: windows of {} elements along dimension {} of shape {}", size, d,
                    x.shape());
  check<ShapeError>(x.shape().size() < max_rank, "unfold: no dimension more than {}: shape {}",
                    max_rank, x.shape());
  return apply(Unfold(d, size, step), x);
}

Tensor as_strided(const Tensor& x, const Shape& shape, const Strides& strides,
                  std::int64_t offset) {
  check_defined("as_strided", x, shape, strides, offset);
  check<ShapeError>(shape.size() == strides.size(), "as_strided: shape {} with strides {}", shape,
                    strides);
  check<ShapeError>(x.is_contiguous(),
                    "as_strided: shape {} with strides {} isn't contiguous(); "
                    "use a contiguous copy",
                    x.shape(), x.strides());
  for (std::size_t d = 0; d < shape.size(); ++d) {
    check<ShapeError>(shape[d] >= 0 && strides[d] >= 0, "as_strided: a negative number in {} or {}",
                      shape, strides);
  }
  const Layout place(shape, strides, offset);
  check<ShapeError>(offset >= 0 && place.extent("as_strided") <= x.numel(),
                    "as_strided: shape {} with strides {} from {} reaches past the {} elements of "
                    "shape {}",
                    shape, strides, offset, x.numel(), x.shape());
  return apply(Restrided(place), x);
}

}  // namespace tapegrad
