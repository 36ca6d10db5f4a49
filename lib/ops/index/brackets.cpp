// x[{...}]: NumPy's indexing, put together from select, slice and unsqueeze.
#include "core/check.hpp"
#include "tapegrad/tensor.hpp"

namespace tapegrad {
namespace {

using Kind = Index::Kind;

/// How many dimensions of x the ellipsis stands for (or would, at the end).
std::int64_t left_over(const Tensor& x, std::span<const Index> indices) {
  std::int64_t named = 0;
  int ellipses = 0;
  for (const Index& i : indices) {
    check<IndexError>(i.kind <= Kind::new_axis,
                      "index: Kind({}) is none of integer, slice, ellipsis and newaxis",
                      static_cast<int>(i.kind));
    named += i.kind == Kind::integer || i.kind == Kind::slice;
    ellipses += i.kind == Kind::dots;
  }
  check<IndexError>(named <= x.dim(), "index: {} indices for the {} dimensions of shape {}", named,
                    x.dim(), x.shape());
  check<IndexError>(ellipses <= 1, "index: {} ellipses; only one can stand for what is left over",
                    ellipses);
  return x.dim() - named;
}

/// Integers and slices; `newaxis` comes later, so that no step has more dimensions than the result.
Tensor narrowed(const Tensor& x, std::span<const Index> indices, std::int64_t left) {
  Tensor y = x;
  std::int64_t dim = 0;
  for (const Index& i : indices) {
    if (i.kind == Kind::dots) dim += left;
    if (i.kind == Kind::integer) y = y.select(dim, i.at);
    if (i.kind != Kind::slice) continue;
    const Slice& s = i.range;
    if (s.start || s.stop || s.step != 1) y = y.slice(dim, s.start, s.stop, s.step);
    ++dim;
  }
  return y;
}

Tensor widened(Tensor y, std::span<const Index> indices, std::int64_t left) {
  std::int64_t dim = 0;
  for (const Index& i : indices) {
    if (i.kind == Kind::new_axis) y = y.unsqueeze(dim);
    dim += i.kind == Kind::dots ? left : i.kind != Kind::integer;
  }
  return y;
}

/// Before any view is made, so that the message can name the place in the brackets.
void check_integers(const Tensor& x, std::span<const Index> indices, std::int64_t left) {
  std::int64_t dim = 0;
  for (const Index& i : indices) {
    if (i.kind == Kind::integer) {
      const std::int64_t size = x.size(dim);
      check<IndexError>(i.at >= -size && i.at < size,
                        "index: {} is out of range for dimension {} of shape {}", i.at, dim,
                        x.shape());
    }
    dim += i.kind == Kind::dots ? left : i.kind != Kind::new_axis;
  }
}

}  // namespace

Tensor Tensor::index(std::span<const Index> indices) const {
  check_defined_self("index", *this);
  const std::int64_t left = left_over(*this, indices);
  check_integers(*this, indices, left);
  const Tensor y = widened(narrowed(*this, indices, left), indices, left);
  return y.is_same(*this) ? view(shape()) : y;
}

Tensor Tensor::operator[](std::initializer_list<Index> indices) const {
  return index({indices.begin(), indices.size()});
}

void Tensor::operator=(const Tensor& source) && { copy_(source); }

void Tensor::operator=(Scalar value) && { fill_(value); }

}  // namespace tapegrad
