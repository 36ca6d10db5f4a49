#include "tapegrad/ops/index/scatter.hpp"

#include "autograd/apply.hpp"
#include "core/check.hpp"
#include "kernels/copy.hpp"
#include "kernels/index.hpp"
#include "ops/elementwise.hpp"
#include "ops/index/folds.hpp"
#include "ops/index/indices.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/index.hpp"
#include "tapegrad/ops/pointwise.hpp"

namespace tapegrad {

using kernels::Fold;
using kernels::ref;

namespace {

struct Scatter {
  static constexpr std::string_view name = "scatter";
  static constexpr Needs saves(Needs) { return save_input(1); }
  std::size_t dim;
  void attributes(AttributeList& list) const { list("dim", dim); }
  Like result(const Tensor& x, const Tensor&, const Tensor&) const { return like(x); }
  void into(const Tensor& y, const Tensor& x, const Tensor& index, const Tensor& source) const {
    kernels::copy(ref(y), ref(x));
    kernels::scatter_fold(ref(y), ref(source), ref(index), dim, Fold::set);
  }
  Grads vjp(const Saved& s, const Tensor& g) const {
    const auto d = static_cast<std::int64_t>(dim);
    return {s.needs(0) ? scatter(g, d, s[1], 0) : Tensor{}, Tensor{},
            s.needs(2) ? gather(g, d, s[1]) : Tensor{}};
  }
};

/// Of what comes to a place, and of what is there unless the places are `fresh`.
struct ScatterExtreme {
  static constexpr std::string_view name = "scatter_reduce";
  static constexpr Needs saves(Needs) { return save_inputs | save_output; }
  std::size_t dim;
  bool largest;
  bool fresh;
  void attributes(AttributeList& list) const {
    list("dim", dim);
    list("reduce", largest ? "amax" : "amin");
    list("include_self", !fresh);
  }
  Like result(const Tensor& x, const Tensor&, const Tensor&) const { return like(x); }
  void into(const Tensor& y, const Tensor& x, const Tensor& index, const Tensor& source) const {
    kernels::copy(ref(y), ref(x));
    // One of the elements is no more than the largest of them.
    if (fresh) kernels::scatter_fold(ref(y), ref(source), ref(index), dim, Fold::set);
    kernels::scatter_fold(ref(y), ref(source), ref(index), dim,
                          largest ? Fold::largest : Fold::smallest);
  }
  /// An equal share to each that is the extreme; to NaNs, where that is NaN.
  Grads vjp(const Saved& s, const Tensor& g) const {
    const auto d = static_cast<std::int64_t>(dim);
    const Tensor x = s[0];
    const Tensor index = s[1];
    const Tensor source = s[2];
    const Tensor y = s.output();
    const Tensor stays =
        fresh ? scatter(ones_like(x, {.dtype = boolean}), d, index, false) : (x == y) | (x != x);
    const Tensor comes = (source == gather(y, d, index)) | (source != source);
    const Tensor winners = scatter_add(stays.to(g.dtype()), d, index, comes.to(g.dtype()));
    const Tensor share = g / winners;
    return {s.needs(0) ? where(stays, share, 0) : Tensor{}, Tensor{},
            s.needs(2) ? where(comes, gather(share, d, index), 0) : Tensor{}};
  }
};

/// What the functions here are given, checked: x as it is or as a line, indices from 0 on, and the
/// part of the source that they reach.
struct Scattering {
  Tensor x;
  std::size_t dim;
  Tensor index;
  Tensor part;

  Scattering(std::string_view operation, const Tensor& to, std::int64_t d, const Tensor& at,
             const Tensor& source)
      : x(as_line(to)),
        dim(wrap_line_dim(operation, d, to.shape().size())),
        index(at),
        part(source) {
    if (to.dim() == 0) {
      index = as_line(at);
      part = as_line(source);
    }
    check<DTypeError>(x.dtype() == part.dtype(), "{}: {} into {}; convert it with to()", operation,
                      part.dtype(), x.dtype());
    check<ShapeError>(fits(),
                      "{}: an index of shape {} and a source of shape {} for shape {}: ranks must "
                      "be equal, and the index no larger than the source, nor than the tensor "
                      "apart from dim {}",
                      operation, at.shape(), source.shape(), to.shape(), d);
    index = checked_indices(operation, index, x, dim);
    for (std::int64_t i = 0; i < index.dim(); ++i) {
      if (part.size(i) != index.size(i)) part = part.narrow(i, 0, index.size(i));
    }
  }

  /// As the x that was given.
  Tensor restored(const Tensor& y, const Tensor& to) const {
    return to.dim() == 0 ? y.squeeze(0) : y;
  }

 private:
  bool fits() const {
    bool does = index.dim() == x.dim() && part.dim() == x.dim();
    for (std::size_t i = 0; does && i < x.shape().size(); ++i) {
      const std::int64_t n = index.shape()[i];
      does = (i == dim || n <= x.shape()[i]) && n <= part.shape()[i];
    }
    return does;
  }
};

Tensor mean_at(const Scattering& to, const Tensor& sums, bool include_self) {
  const auto dim = static_cast<std::int64_t>(to.dim);
  const TensorOptions whole{.dtype = int64};
  const Tensor ones_there = ones({}, whole).expand(to.index.shape());
  const Tensor none = include_self ? ones(to.x.shape(), whole) : zeros(to.x.shape(), whole);
  const Tensor counts = clamp_min(scatter_add(none, dim, to.index, ones_there), 1);
  if (is_floating(sums.dtype())) return sums / counts;
  return floor_divide(sums.to(int64), counts).to(sums.dtype());
}

Tensor reduced_at(std::string_view operation, const Scattering& to, std::string_view reduce,
                  bool include_self) {
  const auto dim = static_cast<std::int64_t>(to.dim);
  if (reduce == "amax" || reduce == "amin") {
    return apply(ScatterExtreme{to.dim, reduce == "amax", !include_self}, to.x, to.index, to.part);
  }
  const bool product = reduce == "prod";
  check<Error>(product || reduce == "sum" || reduce == "mean",
               "{}: there is no reduction \"{}\"; use \"sum\", \"prod\", \"mean\", \"amax\" or "
               "\"amin\"",
               operation, reduce);
  const Tensor x = include_self ? to.x : scatter(to.x, dim, to.index, product ? 1 : 0);
  if (product) return products_at(x, to.dim, to.index, to.part);
  const Tensor sums = scatter_add(x, dim, to.index, to.part);
  return reduce == "sum" ? sums : mean_at(to, sums, include_self);
}

/// The reductions' names before there were more of them.
std::string_view older(std::string_view reduce) {
  check<Error>(reduce == "add" || reduce == "multiply",
               "scatter: there is no reduction \"{}\"; use \"add\" or \"multiply\", or "
               "scatter_reduce()",
               reduce);
  return reduce == "add" ? "sum" : "prod";
}

}  // namespace

Tensor scatter(const Tensor& x, AsDim dim, const Tensor& index, const Tensor& source) {
  check_defined("scatter", x, dim, index, source);
  const Scattering to("scatter", x, dim, index, source);
  return to.restored(apply(Scatter{to.dim}, to.x, to.index, to.part), x);
}

Tensor scatter(const Tensor& x, AsDim dim, const Tensor& index, Scalar value) {
  check_defined("scatter", x, dim, index, value);
  return scatter(x, dim, index, constant("scatter", x.dtype(), value).expand(index.shape()));
}

Tensor scatter(const Tensor& x, AsDim dim, const Tensor& index, const Tensor& source,
               std::string_view reduce) {
  check_defined("scatter", x, dim, index, source, reduce);
  const Scattering to("scatter", x, dim, index, source);
  return to.restored(reduced_at("scatter", to, older(reduce), true), x);
}

Tensor scatter(const Tensor& x, AsDim dim, const Tensor& index, Scalar value,
               std::string_view reduce) {
  check_defined("scatter", x, dim, index, value, reduce);
  const Tensor number = constant("scatter", x.dtype(), value);
  return scatter(x, dim, index, number.expand(index.shape()), reduce);
}

Tensor scatter_reduce(const Tensor& x, AsDim dim, const Tensor& index, const Tensor& source,
                      std::string_view reduce, bool include_self) {
  check_defined("scatter_reduce", x, dim, index, source, reduce, include_self);
  const Scattering to("scatter_reduce", x, dim, index, source);
  return to.restored(reduced_at("scatter_reduce", to, reduce, include_self), x);
}

}  // namespace tapegrad
