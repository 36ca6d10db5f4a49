// x[{...}]: PyTorch's indexing. Views are put together from select, slice and unsqueeze; tensors
// choose from that view.
#include "core/check.hpp"
#include "core/speaking.hpp"
#include "ops/elementwise.hpp"
#include "ops/in_place.hpp"
#include "ops/index/places.hpp"
#include "tapegrad/tensor.hpp"

namespace tapegrad {
namespace {

using Kind = Index::Kind;

/// How many dimensions of x an index stands for.
std::int64_t dims_of(const Index& i, std::int64_t left) {
  if (i.kind == Kind::dots) return left;
  if (i.kind == Kind::tensor) return i.tensor.dtype() == boolean ? i.tensor.dim() : 1;
  return i.kind != Kind::new_axis;
}

/// How many dimensions of x the ellipsis stands for (or would, at the end).
std::int64_t left_over(const Tensor& x, std::span<const Index> indices) {
  std::int64_t named = 0;
  int ellipses = 0;
  for (const Index& i : indices) {
    check<IndexError>(i.kind <= Kind::tensor,
                      "index: Kind({}) is none of integer, slice, ellipsis, newaxis and tensor",
                      static_cast<int>(i.kind));
    if (i.kind == Kind::tensor) check_defined("index", x, i.tensor);
    named += dims_of(i, 0);
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
    if (i.kind == Kind::integer) {
      y = y.select(dim, i.at);
      continue;
    }
    const Slice& s = i.range;
    if (i.kind == Kind::slice && (s.start || s.stop || s.step != 1)) {
      y = y.slice(dim, s.start, s.stop, s.step);
    }
    dim += dims_of(i, left);
  }
  return y;
}

/// How many dimensions of the view an index stands for.
std::int64_t kept_dims(const Index& i, std::int64_t left) {
  if (i.kind == Kind::integer) return 0;
  return i.kind == Kind::new_axis ? 1 : dims_of(i, left);
}

Tensor widened(Tensor y, std::span<const Index> indices, std::int64_t left) {
  std::int64_t dim = 0;
  for (const Index& i : indices) {
    if (i.kind == Kind::new_axis) y = y.unsqueeze(dim);
    dim += kept_dims(i, left);
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
    dim += dims_of(i, left);
  }
}

/// What brackets without tensors would give, and which of its dimensions the tensors name.
struct Chosen {
  Tensor view;
  Places places;

  Chosen(const Tensor& x, std::span<const Index> indices) {
    const std::int64_t left = left_over(x, indices);
    check_integers(x, indices, left);
    view = speaking_as("index", [&] { return widened(narrowed(x, indices, left), indices, left); });
    std::int64_t dim = 0;
    for (const Index& i : indices) {
      if (i.kind == Kind::tensor)
        places.add("index", view, static_cast<std::size_t>(dim), i.tensor);
      dim += kept_dims(i, left);
    }
  }
  Tensor elements(const Tensor& x) const {
    if (!places.dims.empty()) return taken("index", view, places);
    return view.is_same(x) ? x.view(x.shape()) : view;
  }
};

}  // namespace

Tensor Tensor::index(std::span<const Index> indices) const {
  check_defined_self("index", *this);
  return Chosen(*this, indices).elements(*this);
}

Selection Tensor::operator[](std::initializer_list<Index> indices) const {
  check_defined_self("index", *this);
  const Chosen chosen(*this, {indices.begin(), indices.size()});
  Tensor elements = chosen.elements(*this);
  if (chosen.places.dims.empty()) return Selection(std::move(elements));
  return Selection(std::move(elements), *this, indices);
}

Selection Tensor::index(std::initializer_list<Index> indices) const { return (*this)[indices]; }

Selection Tensor::operator[](const Index& index) const { return (*this)[{index}]; }

Selection Tensor::operator[](const Tensor& index) const {
  check_defined_self("index", *this, index);
  return (*this)[{Index(index)}];
}

void Tensor::operator=(const Tensor& source) && { copy_(source); }

void Tensor::operator=(Scalar value) && { fill_(value); }

void Selection::operator=(const Tensor& source) && {
  if (!of_.defined()) {
    copy_(source);
    return;
  }
  check_defined_self("index", of_, source);
  check_writable("index", of_, tracked(source));
  const Chosen chosen(of_, where_);
  put_in_place("index", chosen.view, chosen.places, source);
}

void Selection::operator=(Scalar value) && {
  if (!of_.defined()) {
    fill_(value);
    return;
  }
  check_writable("index", of_);
  Chosen chosen(of_, where_);
  if (where_.size() == 1 && where_[0].tensor.dtype() == boolean) {
    Tensor mask = where_[0].tensor;
    while (mask.dim() < of_.dim()) mask = mask.unsqueeze(-1);
    chosen.view.masked_fill_(mask, value);
    return;
  }
  put_in_place("index", chosen.view, chosen.places, constant("index", of_.dtype(), value));
}

}  // namespace tapegrad
