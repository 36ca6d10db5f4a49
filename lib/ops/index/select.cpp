#include "tapegrad/ops/index/select.hpp"

#include <algorithm>
#include <limits>

#include "autograd/apply.hpp"
#include "core/check.hpp"
#include "core/speaking.hpp"
#include "kernels/copy.hpp"
#include "kernels/index.hpp"
#include "ops/index/indices.hpp"
#include "ops/value_check.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/reduce.hpp"

namespace tapegrad {
namespace {

using kernels::ref;

/// Zeros that take no memory until they are copied.
Tensor zeros_in(const Shape& shape, DType dtype) {
  return zeros({}, {.dtype = dtype}).expand(shape);
}

// An operation and its transpose are each other's derivative.

struct IndexAdd {
  static constexpr std::string_view name = "index_add";
  static constexpr Needs saves(Needs needs) {
    return asks_for(needs, 2) ? save_input(1) : save_nothing;
  }
  std::size_t dim;
  void attributes(AttributeList& list) const { list("dim", dim); }
  Like result(const Tensor& x, const Tensor&, const Tensor&) const { return like(x); }
  void into(const Tensor& y, const Tensor& x, const Tensor& index, const Tensor& source) const {
    kernels::copy(ref(y), ref(x));
    kernels::index_add(ref(y), ref(source), ref(index), dim);
  }
  Grads vjp(const Saved& s, const Tensor& g) const;
};

struct IndexSelect {
  static constexpr std::string_view name = "index_select";
  static constexpr Needs saves(Needs) { return save_input(1); }
  std::size_t dim;
  void attributes(AttributeList& list) const { list("dim", dim); }
  Meta result(const Tensor& x, const Tensor& index) const {
    Shape shape = x.shape();
    shape[dim] = index.numel();
    return {x.dtype(), shape};
  }
  void into(const Tensor& y, const Tensor& x, const Tensor& index) const {
    kernels::index_select(ref(y), ref(x), ref(index), dim);
  }
  Grads vjp(const Saved& s, const Tensor& g) const {
    return {apply(IndexAdd{dim}, zeros_in(s.shape(0), g.dtype()), s[1], g), Tensor{}};
  }
};

Grads IndexAdd::vjp(const Saved& s, const Tensor& g) const {
  return {g, Tensor{}, s.needs(2) ? apply(IndexSelect{dim}, g, s[1]) : Tensor{}};
}

struct ScatterAdd {
  static constexpr std::string_view name = "scatter_add";
  static constexpr Needs saves(Needs needs) {
    return asks_for(needs, 2) ? save_input(1) : save_nothing;
  }
  std::size_t dim;
  void attributes(AttributeList& list) const { list("dim", dim); }
  Like result(const Tensor& x, const Tensor&, const Tensor&) const { return like(x); }
  void into(const Tensor& y, const Tensor& x, const Tensor& index, const Tensor& source) const {
    kernels::copy(ref(y), ref(x));
    kernels::scatter_add(ref(y), ref(source), ref(index), dim);
  }
  Grads vjp(const Saved& s, const Tensor& g) const;
};

struct Gather {
  static constexpr std::string_view name = "gather";
  static constexpr Needs saves(Needs) { return save_input(1); }
  std::size_t dim;
  void attributes(AttributeList& list) const { list("dim", dim); }
  Meta result(const Tensor& x, const Tensor& index) const { return {x.dtype(), index.shape()}; }
  void into(const Tensor& y, const Tensor& x, const Tensor& index) const {
    kernels::gather(ref(y), ref(x), ref(index), dim);
  }
  Grads vjp(const Saved& s, const Tensor& g) const {
    return {apply(ScatterAdd{dim}, zeros_in(s.shape(0), g.dtype()), s[1], g), Tensor{}};
  }
};

Grads ScatterAdd::vjp(const Saved& s, const Tensor& g) const {
  return {g, Tensor{}, s.needs(2) ? apply(Gather{dim}, g, s[1]) : Tensor{}};
}

/// All of them have rank 0 or 1, and some rank 0.
template <class... Tensors>
bool are_lines(const Tensors&... x) {
  return (... && (x.dim() <= 1)) && (... || (x.dim() == 0));
}

/// The index has x's rank and, apart from `dim`, reaches no further.
void check_elements(std::string_view operation, const Tensor& x, const Tensor& index,
                    std::size_t dim) {
  bool fits = index.dim() == x.dim();
  for (std::size_t i = 0; fits && i < x.shape().size(); ++i) {
    fits = i == dim || index.shape()[i] <= x.shape()[i];
  }
  check<ShapeError>(fits,
                    "{}: an index of shape {} doesn't fit shape {}: ranks must be equal, and "
                    "sizes no larger apart from dim {}",
                    operation, index.shape(), x.shape(), dim);
}

void check_source(std::string_view operation, const Tensor& x, const Tensor& source) {
  check<DTypeError>(x.dtype() == source.dtype(),
                    "{}: {} can't be added to {}; convert it with to()", operation, source.dtype(),
                    x.dtype());
}

/// The largest label + 1.
std::int64_t classes_of(const Tensor& labels) {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  check<ShapeError>(labels.numel() > 0,
                    "one_hot: no label to count the classes by: shape {}; say how many there are",
                    labels.shape());
  if (const auto outside = kernels::first_outside(ref(labels), most)) {
    fail<IndexError>("one_hot: label {}; labels are 0 to {}", *outside, most - 1);
  }
  return max(labels).item<std::int64_t>() + 1;
}

}  // namespace

Tensor integers_of(std::string_view operation, const Tensor& index, std::string_view what) {
  check<DTypeError>(!is_floating(index.dtype()) && index.dtype() != boolean,
                    "{}: {} must be integers, got {}; convert them with to(int64)", operation, what,
                    index.dtype());
  return index.to(int64);
}

/// Throws IndexError for one that isn't from 0 to below `size`.
struct InRange {
  std::string_view operation;
  std::int64_t size;
  void operator()(const Tensor& places) const {
    if (const auto outside = kernels::first_outside(ref(places), size)) {
      fail<IndexError>("{}: index {} is out of range for a dimension of size {}", operation,
                       *outside, size);
    }
  }
};

/// The same for places in a dimension of x, which may have one element and none.
struct InDimension {
  std::string_view operation;
  std::size_t dim;
  void operator()(const Tensor& places, const Tensor& x) const {
    InRange{operation, x.shape().empty() ? 1 : x.shape()[dim]}(places);
  }
};

struct OneHot {
  static constexpr std::string_view name = "one_hot";
  std::int64_t classes;
  void attributes(AttributeList& list) const { list("classes", classes); }
  Meta result(const Tensor& labels) const {
    Shape shape = labels.shape();
    shape.push_back(classes);
    return {int64, shape};
  }
  void into(const Tensor& y, const Tensor& labels) const {
    kernels::fill(ref(y), std::int64_t{0}, name);
    kernels::set_one_hot(ref(y), ref(labels), classes);
  }
};

Tensor checked_indices(std::string_view operation, const Tensor& index, const Tensor& x,
                       std::size_t dim) {
  const Tensor indices = integers_of(operation, index);
  check_values(InDimension{operation, dim}, indices, x);
  return indices;
}

Tensor as_line(const Tensor& x) { return x.dim() == 0 ? x.unsqueeze(0) : x; }

void check_slices(std::string_view operation, const Tensor& x, const Tensor& index) {
  check<ShapeError>(index.dim() <= 1,
                    "{}: the index must have rank 0 or 1: shape {}; use gather() or flatten it",
                    operation, index.shape());
  check<ShapeError>(x.dim() > 0 || index.numel() == 1,
                    "{}: an index of shape {} for a tensor of rank 0, which has one slice; it "
                    "needs one element",
                    operation, index.shape());
}

Tensor index_select(const Tensor& x, AsDim dim, const Tensor& index) {
  check_defined("index_select", x, dim, index);
  const std::size_t d = wrap_line_dim("index_select", dim, x.shape().size());
  check_slices("index_select", x, index);
  if (x.dim() == 0) return index_select(as_line(x), 0, index).squeeze(0);
  return apply(IndexSelect{d}, x, checked_indices("index_select", as_line(index), x, d));
}

Tensor index_add(const Tensor& x, AsDim dim, const Tensor& index, const Tensor& source) {
  check_defined("index_add", x, dim, index, source);
  const std::size_t d = wrap_line_dim("index_add", dim, x.shape().size());
  check_slices("index_add", x, index);
  check_source("index_add", x, source);
  Shape expected = x.shape();
  if (x.dim() > 0) expected[d] = index.numel();
  check<ShapeError>(source.shape() == expected,
                    "index_add: {} slices along dim {} of shape {} need a source of shape {}: {}",
                    index.numel(), dim, x.shape(), expected, source.shape());
  if (x.dim() == 0) return index_add(as_line(x), 0, index, as_line(source)).squeeze(0);
  return apply(IndexAdd{d}, x, checked_indices("index_add", as_line(index), x, d), source);
}

Tensor gather(const Tensor& x, AsDim dim, const Tensor& index) {
  check_defined("gather", x, dim, index);
  const std::size_t d = wrap_line_dim("gather", dim, x.shape().size());
  if (are_lines(x, index)) {
    const Tensor y = gather(as_line(x), 0, as_line(index));
    return index.dim() == 0 ? y.squeeze(0) : y;
  }
  check_elements("gather", x, index, d);
  return apply(Gather{d}, x, checked_indices("gather", index, x, d));
}

Tensor scatter_add(const Tensor& x, AsDim dim, const Tensor& index, const Tensor& source) {
  check_defined("scatter_add", x, dim, index, source);
  const std::size_t d = wrap_line_dim("scatter_add", dim, x.shape().size());
  if (are_lines(x, index, source)) {
    const Tensor y = scatter_add(as_line(x), 0, as_line(index), as_line(source));
    return x.dim() == 0 ? y.squeeze(0) : y;
  }
  check_elements("scatter_add", x, index, d);
  check_source("scatter_add", x, source);
  bool covered = source.dim() == index.dim();
  for (std::size_t i = 0; covered && i < index.shape().size(); ++i) {
    covered = index.shape()[i] <= source.shape()[i];
  }
  check<ShapeError>(covered,
                    "scatter_add: a source of shape {} has no element for each index of "
                    "shape {}",
                    source.shape(), index.shape());
  const Tensor indices = checked_indices("scatter_add", index, x, d);
  Tensor part = source;
  for (std::int64_t i = 0; i < index.dim(); ++i) {
    if (part.size(i) != index.size(i)) part = part.narrow(i, 0, index.size(i));
  }
  return apply(ScatterAdd{d}, x, indices, part);
}

Tensor one_hot(const Tensor& labels, std::int64_t classes) {
  check_defined("one_hot", labels);
  check<IndexError>(classes >= -1, "one_hot: {} classes; use -1 for as many as there are", classes);
  const bool given = classes != -1;
  const Tensor indices = integers_of("one_hot", labels);
  if (given) check_values(InRange{"one_hot", classes}, indices);
  if (!given) classes = classes_of(indices);
  return apply(OneHot{classes}, indices);
}

}  // namespace tapegrad
