// Views of a part: select, slice, narrow.
#include <algorithm>

#include "ops/shape/view_op.hpp"
#include "ops/strided.hpp"
#include "tapegrad/ops/create.hpp"

namespace tapegrad {
namespace {

/// g at the place in zeros that a view had in the input.
Grads scattered(const Saved& s, const Tensor& g, const Layout& place) {
  return {as_strided_scatter(zeros(s.shape(0), {.dtype = g.dtype()}), g, place)};
}

struct Select : ViewOp {
  static constexpr std::string_view name = "select";
  std::size_t dim;
  std::int64_t index;
  Select(std::size_t d, std::int64_t i) : dim(d), index(i) {}
  void attributes(AttributeList& list) const {
    list("dim", dim);
    list("index", index);
  }
  Layout layout(const Layout& x) const { return x.selected(dim, index); }
  Grads vjp(const Saved& s, const Tensor& g) const {
    return scattered(s, g, Layout(s.shape(0)).selected(dim, index));
  }
};

struct SliceOp : ViewOp {
  static constexpr std::string_view name = "slice";
  std::size_t dim;
  std::int64_t start;
  std::int64_t length;
  std::int64_t step;
  SliceOp(std::size_t d, std::int64_t from, std::int64_t count, std::int64_t by)
      : dim(d), start(from), length(count), step(by) {}
  void each_size(const auto& f) {
    f(start);
    f(length);
  }
  void attributes(AttributeList& list) const {
    list("dim", dim);
    list("start", start);
    list("length", length);
    list("step", step);
  }
  Layout layout(const Layout& x) const { return x.sliced(dim, start, length, step); }
  Grads vjp(const Saved& s, const Tensor& g) const {
    return scattered(s, g, Layout(s.shape(0)).sliced(dim, start, length, step));
  }
};

}  // namespace

Tensor Tensor::select(AsDim dim, std::int64_t index) const {
  check_defined_self("select", *this);
  const std::size_t d = wrap_dim("select", dim, shape().size());
  return apply(Select(d, wrap_index("select", index, shape()[d])), *this);
}

Tensor Tensor::slice(AsDim dim, std::optional<std::int64_t> start, std::optional<std::int64_t> stop,
                     std::int64_t step) const {
  check_defined_self("slice", *this);
  const std::size_t d = wrap_dim("slice", dim, shape().size());
  check<IndexError>(step > 0, "slice: step {}; it must be positive; flip() turns the order round",
                    step);
  const std::int64_t size = shape()[d];
  const auto clamped = [size](std::int64_t i) {
    return std::clamp<std::int64_t>(i < 0 ? i + size : i, 0, size);
  };
  const std::int64_t from = clamped(start.value_or(0));
  const std::int64_t to = clamped(stop.value_or(size));
  const std::int64_t length = to > from ? (to - from - 1) / step + 1 : 0;
  return apply(SliceOp(d, from, length, step), *this);
}

Tensor Tensor::narrow(AsDim dim, std::int64_t start, std::int64_t length) const {
  check_defined_self("narrow", *this);
  const std::size_t d = wrap_dim("narrow", dim, shape().size());
  const std::int64_t size = shape()[d];
  const std::int64_t from = start < 0 ? start + size : start;
  check<IndexError>(from >= 0 && length >= 0 && from <= size && length <= size - from,
                    "narrow: {} elements from {} reach past a dimension of size {}", length, start,
                    size);
  return apply(SliceOp(d, from, length, 1), *this);
}

RowIterator Tensor::begin() const {
  check_defined_self("begin", *this);
  check<IndexError>(dim() > 0, "begin: a tensor of rank 0 has no rows");
  return {*this, 0};
}

RowIterator Tensor::end() const {
  check_defined_self("end", *this);
  check<IndexError>(dim() > 0, "end: a tensor of rank 0 has no rows");
  return {*this, size(0)};
}

}  // namespace tapegrad
