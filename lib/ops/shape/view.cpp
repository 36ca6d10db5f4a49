// Views of everything: the same elements under another shape or in another order.
#include <algorithm>

#include "core/sizes.hpp"
#include "core/speaking.hpp"
#include "ops/shape/view_op.hpp"

namespace tapegrad {
namespace {

const Layout& layout_of(const Tensor& x) { return impl_of(x).layout; }

struct View : ViewOp {
  static constexpr std::string_view name = "view";
  Shape shape;
  explicit View(const Shape& to) : shape(to) {}
  void each_size(const auto& f) { std::for_each(shape.begin(), shape.end(), f); }
  void attributes(AttributeList& list) const { list("shape", shape); }
  Layout layout(const Layout& x) const {
    // Most views, without the copy out of the optional.
    if (x.is_contiguous() && x.offset() == 0 && x.shape() != shape) return Layout(shape);
    return *x.viewed(shape);
  }
  Grads vjp(const Saved& s, const Tensor& g) const { return {g.reshape(s.shape(0))}; }
};

struct Transpose : ViewOp {
  static constexpr std::string_view name = "transpose";
  std::size_t a;
  std::size_t b;
  Transpose(std::size_t first, std::size_t second) : a(first), b(second) {}
  void attributes(AttributeList& list) const {
    list("a", a);
    list("b", b);
  }
  Layout layout(const Layout& x) const { return x.transposed(a, b); }
  Grads vjp(const Saved&, const Tensor& g) const {
    return {g.transpose(static_cast<std::int64_t>(a), static_cast<std::int64_t>(b))};
  }
};

struct Permute : ViewOp {
  static constexpr std::string_view name = "permute";
  Dims order;
  explicit Permute(const Dims& to) : order(to) {}
  void attributes(AttributeList& list) const { list("order", order); }
  Layout layout(const Layout& x) const { return x.permuted(order); }
  Grads vjp(const Saved&, const Tensor& g) const {
    Dims inverse = order;
    for (std::size_t i = 0; i < order.size(); ++i) {
      inverse[static_cast<std::size_t>(order[i])] = static_cast<std::int64_t>(i);
    }
    return {g.permute(inverse)};
  }
};

// The reverse pass sums the gradient down to the input's shape.
struct Expand : ViewOp {
  static constexpr std::string_view name = "expand";
  Shape shape;
  explicit Expand(const Shape& to) : shape(to) {}
  void each_size(const auto& f) { std::for_each(shape.begin(), shape.end(), f); }
  void attributes(AttributeList& list) const { list("shape", shape); }
  Layout layout(const Layout& x) const { return x.broadcast_to(shape); }
  Grads vjp(const Saved&, const Tensor& g) const { return {g}; }
};

/// `shape` with its -1, if it has one, replaced by what is left over.
Shape filled_in(std::string_view operation, const Tensor& x, const Shape& shape) {
  Shape result = shape;
  std::optional<std::size_t> open;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] == -1) {
      check<ShapeError>(!open, "{}: more than one -1 in {}", operation, shape);
      open = i;
      result[i] = 1;
    }
    check<ShapeError>(result[i] >= 0, "{}: negative size in {}", operation, shape);
  }
  const std::int64_t known = numel(result);
  if (open) {
    check<ShapeError>(known > 0 && x.numel() % known == 0,
                      "{}: shape {} can't hold the {} elements of shape {}", operation, shape,
                      x.numel(), x.shape());
    result[*open] = x.numel() / known;
    return result;
  }
  check<ShapeError>(known == x.numel(),
                    "{}: shape {} holds {} elements, but shape {} has {}; the number of elements "
                    "must stay",
                    operation, shape, known, x.shape(), x.numel());
  return result;
}

/// Elements without gaps take every shape that holds as many.
bool takes(const Layout& layout, const Shape& shape) {
  return layout.is_contiguous() || layout.viewed(shape).has_value();
}

/// A view that changes nothing is a tensor of its own all the same.
Tensor same(const Tensor& x) { return apply(View(x.shape()), x); }

}  // namespace

Tensor Tensor::view(const Shape& wanted) const {
  check_defined_self("view", *this);
  const Shape to = filled_in("view", *this, wanted);
  check<ShapeError>(takes(layout_of(*this), to),
                    "view: strides {} of shape {} don't allow shape {} without a copy; use "
                    "reshape()",
                    strides(), shape(), to);
  return apply(View(to), *this);
}

Tensor Tensor::reshape(const Shape& wanted) const {
  check_defined_self("reshape", *this);
  const Shape to = filled_in("reshape", *this, wanted);
  return apply(View(to), takes(layout_of(*this), to) ? *this : clone());
}

Tensor Tensor::flatten(AsDim first, AsDim last) const {
  check_defined_self("flatten", *this);
  const std::size_t from = wrap_line_dim("flatten", first, shape().size());
  const std::size_t to = wrap_line_dim("flatten", last, shape().size());
  if (dim() == 0) return reshape({1});
  check<IndexError>(from <= to, "flatten: first dim {} comes after last dim {}", first, last);
  Shape merged;
  std::int64_t joined = 1;
  for (std::size_t i = 0; i < shape().size(); ++i) {
    if (i >= from && i <= to) joined = checked_mul("flatten", joined, shape()[i]);
    if (i == to) merged.push_back(joined);
    if (i < from || i > to) merged.push_back(shape()[i]);
  }
  return reshape(merged);
}

Tensor Tensor::transpose(AsDim a, AsDim b) const {
  check_defined_self("transpose", *this);
  const std::size_t from = wrap_line_dim("transpose", a, shape().size());
  const std::size_t to = wrap_line_dim("transpose", b, shape().size());
  return dim() == 0 ? same(*this) : apply(Transpose(from, to), *this);
}

Tensor Tensor::permute(const Dims& order) const {
  check_defined_self("permute", *this);
  check<ShapeError>(order.size() == shape().size(), "permute: order {} for shape {}", order,
                    shape());
  Dims wrapped = order;
  std::array<bool, max_rank> used{};
  for (std::int64_t& d : wrapped) {
    const std::size_t i = wrap_dim("permute", d, order.size());
    check<IndexError>(!used[i], "permute: a dimension is given twice: {}", order);
    used[i] = true;
    d = static_cast<std::int64_t>(i);
  }
  return apply(Permute(wrapped), *this);
}

Tensor Tensor::t() const {
  check_defined_self("t", *this);
  check<ShapeError>(dim() <= 2, "t: rank {} (shape {}); use mT() or transpose()", dim(), shape());
  return dim() < 2 ? same(*this) : transpose(0, 1);
}

Tensor Tensor::T() const {
  check_defined_self("T", *this);
  return speaking_as("T", [&] { return t(); });
}

Tensor Tensor::mT() const {
  check_defined_self("mT", *this);
  check<ShapeError>(dim() >= 2, "mT: needs at least two dimensions: shape {}", shape());
  return transpose(-2, -1);
}

Tensor Tensor::expand(const Shape& wanted) const {
  check_defined_self("expand", *this);
  Shape to = wanted;
  check<ShapeError>(to.size() >= shape().size(), "expand: shape {} to fewer dimensions: {}",
                    shape(), wanted);
  const std::size_t lead = to.size() - shape().size();
  for (std::size_t i = lead; i < to.size(); ++i) {
    if (to[i] == -1) to[i] = shape()[i - lead];
  }
  check<ShapeError>(broadcasts_to(shape(), to) && tapegrad::numel(to) >= 0,
                    "expand: shape {} doesn't stretch to {}; only dimensions of size 1 do", shape(),
                    wanted);
  return apply(Expand(to), *this);
}

Tensor Tensor::squeeze() const {
  check_defined_self("squeeze", *this);
  Shape to;
  for (const std::int64_t size : shape()) {
    if (size != 1) to.push_back(size);
  }
  return apply(View(to), *this);
}

Tensor Tensor::squeeze(std::int64_t dim) const {
  check_defined_self("squeeze", *this);
  const std::size_t d = wrap_line_dim("squeeze", dim, shape().size());
  if (shape().empty() || shape()[d] != 1) return same(*this);
  Shape to = shape();
  to.erase(d);
  return apply(View(to), *this);
}

Tensor Tensor::squeeze(const Dims& dims) const {
  check_defined_self("squeeze", *this);
  Shape to;
  std::array<bool, max_rank> named{};
  for (const std::int64_t dim : dims) {
    const std::size_t d = wrap_line_dim("squeeze", dim, shape().size());
    check<IndexError>(!named[d], "squeeze: dim {} is given twice in {}", dim, dims);
    named[d] = true;
  }
  for (std::size_t d = 0; d < shape().size(); ++d) {
    if (!named[d] || shape()[d] != 1) to.push_back(shape()[d]);
  }
  return apply(View(to), *this);
}

Tensor Tensor::unsqueeze(AsDim dim) const {
  check_defined_self("unsqueeze", *this);
  const std::size_t d = wrap_new_dim("unsqueeze", dim, shape().size());
  check<ShapeError>(shape().size() < max_rank,
                    "unsqueeze: shape {} has as many dimensions as a tensor can have", shape());
  Shape to = shape();
  to.insert(d, 1);
  return apply(View(to), *this);
}

}  // namespace tapegrad
