// The dimensions that a reduction takes away: checked once, used by forward and derivative.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

#include "autograd/attributes.hpp"
#include "core/check.hpp"
#include "core/layout.hpp"
#include "kernels/sum.hpp"
#include "ops/floating.hpp"
#include "tapegrad/ops/reduce.hpp"

namespace tapegrad {

/// A tensor of rank 0 counts as one of rank 1, as in PyTorch.
inline std::size_t reduced_dim(std::string_view operation, const Tensor& x, std::int64_t dim) {
  return wrap_line_dim(operation, dim, x.shape().size());
}

/// The shape of what is left when `dim` goes.
inline Shape without(Shape shape, std::size_t dim) {
  if (!shape.empty()) shape.erase(dim);
  return shape;
}

/// Which dimensions go.
struct Reduced {
  kernels::Axes gone{};
  Keepdim keep = Keepdim::no;

  /// An empty list means all. Throws IndexError in `operation`'s name.
  Reduced(std::string_view operation, const Tensor& x, const Dims& dims, Keepdim kept)
      : keep(kept) {
    check_defined(operation, x);
    if (dims.empty()) std::fill_n(gone.begin(), x.shape().size(), true);
    for (const std::int64_t dim : dims) {
      const std::size_t d = reduced_dim(operation, x, dim);
      check<IndexError>(!gone[d], "{}: dim {} is given twice in {}", operation, dim, dims);
      gone[d] = true;
    }
  }

  Shape shape(const Shape& from) const {
    Shape to;
    for (std::size_t i = 0; i < from.size(); ++i) {
      if (!gone[i]) to.push_back(from[i]);
      if (gone[i] && keep == Keepdim::yes) to.push_back(1);
    }
    return to;
  }
  /// With every reduced dimension of size 1.
  Shape kept_shape(const Shape& from) const {
    Shape to = from;
    for (std::size_t i = 0; i < from.size(); ++i) {
      if (gone[i]) to[i] = 1;
    }
    return to;
  }
  void attributes(AttributeList& list) const {
    Dims dims;
    for (std::size_t i = 0; i < max_rank; ++i) {
      if (gone[i]) dims.push_back(static_cast<std::int64_t>(i));
    }
    list("dims", dims);
    if (keep == Keepdim::yes) list("keepdim", true);
  }
  /// How many elements meet in one.
  double count(const Shape& from) const {
    double product = 1;
    for (std::size_t i = 0; i < from.size(); ++i) {
      if (gone[i]) product *= static_cast<double>(from[i]);
    }
    return product;
  }
  /// The reduced dimensions as one, the last; there must be some.
  Tensor joined_last(const Tensor& x) const {
    Dims order;
    for (const bool last : {false, true}) {
      for (std::size_t i = 0; i < x.shape().size(); ++i) {
        if (gone[i] == last) order.push_back(static_cast<std::int64_t>(i));
      }
    }
    return x.permute(order).flatten(std::count(gone.begin(), gone.begin() + x.dim(), false), -1);
  }
};

}  // namespace tapegrad
