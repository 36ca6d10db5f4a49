#include "tapegrad/ops/reduce/extreme.hpp"

#include "core/speaking.hpp"
#include "kernels/extreme.hpp"
#include "ops/index/along.hpp"
#include "ops/reduced.hpp"
#include "tapegrad/ops/pointwise.hpp"

namespace tapegrad {
namespace {

using kernels::Largest;
using kernels::Smallest;

template <class Which>
inline constexpr bool is_max = std::same_as<Which, Largest>;

/// No derivative: the tape ends here.
template <class Which>
struct Arg {
  static constexpr std::string_view name = is_max<Which> ? "argmax" : "argmin";
  std::size_t dim;
  void attributes(AttributeList& list) const { list("dim", dim); }
  Meta result(const Tensor& x) const { return {int64, without(x.shape(), dim)}; }
  void into(const Tensor& indices, const Tensor& x) const {
    kernels::index_of_extreme<Which>(kernels::ref(indices), kernels::ref(x), dim);
  }
};

template <class Which>
struct ExtremeAlong : TakeAlong {
  static constexpr std::string_view name = is_max<Which> ? "max" : "min";
};

template <class Which>
struct ExtremeOver {
  static constexpr std::string_view name = is_max<Which> ? "amax" : "amin";
  static constexpr Needs saves(Needs) { return save_input(0) | save_output; }
  Reduced dims;
  void attributes(AttributeList& list) const { dims.attributes(list); }
  Meta result(const Tensor& x) const { return {x.dtype(), dims.shape(x.shape())}; }
  void into(const Tensor& y, const Tensor& x) const {
    const Tensor lines = dims.joined_last(x);
    kernels::extreme<Which>(kernels::ref(y), kernels::ref(lines), lines.shape().size() - 1);
  }
  Grads vjp(const Saved& s, const Tensor& g) const {
    const Tensor x = s[0];
    const Shape kept = dims.kept_shape(x.shape());
    const Tensor chosen = (x == s.output().reshape(kept)) + (x != x);
    return {where(chosen, g.reshape(kept) / sum_to(chosen, kept), 0)};
  }
};

template <class Which>
Tensor extreme_over(std::string_view operation, const Tensor& x, const Dims& dims, Keepdim keep) {
  check_defined(operation, x);
  const Reduced reduced(operation, x, dims, keep);
  if (reduced.count(x.shape()) == 0) {
    fail<ShapeError>("{}: no element to choose from: shape {} over {}", operation, x.shape(),
                     dims.empty() ? "all dims" : "dims " + to_string(dims));
  }
  return apply(ExtremeOver<Which>{reduced}, x);
}

template <class Which>
Tensor index_along(std::string_view operation, const Tensor& x, std::int64_t dim) {
  check_defined(operation, x);
  const std::size_t d = reduced_dim(operation, x, dim);
  check<ShapeError>(x.dim() == 0 || x.shape()[d] > 0,
                    "{}: no element to choose from: shape {} over dim {}", operation, x.shape(), d);
  return apply(Arg<Which>{d}, x);
}

/// `dim` again, with size 1.
Tensor restored(const Tensor& y, const Tensor& x, std::int64_t dim, Keepdim keep) {
  return keep == Keepdim::yes && x.dim() > 0 ? y.unsqueeze(dim) : y;
}

template <class Which>
Extremes extreme_along(std::string_view operation, const Tensor& x, std::int64_t dim,
                       Keepdim keep) {
  const Tensor indices = index_along<Which>(operation, x, dim);
  const TakeAlong take{reduced_dim(operation, x, dim)};
  const Tensor values = apply(ExtremeAlong<Which>{take}, x, indices);
  return {restored(values, x, dim, keep), restored(indices, x, dim, keep)};
}

/// All elements in a row, outside the tape.
Tensor flat(std::string_view operation, const Tensor& x) {
  check_defined(operation, x);
  check<ShapeError>(x.numel() > 0, "{}: no element to choose from: shape {} over all dims",
                    operation, x.shape());
  return x.detach().reshape({x.numel()});
}

}  // namespace

Tensor max(const Tensor& x) { return extreme_over<Largest>("max", x, {}, Keepdim::no); }
Tensor min(const Tensor& x) { return extreme_over<Smallest>("min", x, {}, Keepdim::no); }

Extremes max(const Tensor& x, AsDim dim, Keepdim keep) {
  return extreme_along<Largest>("max", x, dim, keep);
}
Extremes min(const Tensor& x, AsDim dim, Keepdim keep) {
  return extreme_along<Smallest>("min", x, dim, keep);
}

Tensor max(const Tensor& a, const Tensor& b) {
  check_defined("max", a, b);
  return speaking_as("max", [&] { return maximum(a, b); });
}
Tensor min(const Tensor& a, const Tensor& b) {
  check_defined("min", a, b);
  return speaking_as("min", [&] { return minimum(a, b); });
}

Tensor amax(const Tensor& x, const Dims& dims, Keepdim keep) {
  return extreme_over<Largest>("amax", x, dims, keep);
}
Tensor amin(const Tensor& x, const Dims& dims, Keepdim keep) {
  return extreme_over<Smallest>("amin", x, dims, keep);
}

std::pair<Tensor, Tensor> aminmax(const Tensor& x, const Dims& dims, Keepdim keep) {
  return {extreme_over<Smallest>("aminmax", x, dims, keep),
          extreme_over<Largest>("aminmax", x, dims, keep)};
}

Tensor argmax(const Tensor& x) { return index_along<Largest>("argmax", flat("argmax", x), 0); }
Tensor argmin(const Tensor& x) { return index_along<Smallest>("argmin", flat("argmin", x), 0); }
Tensor argmax(const Tensor& x, AsDim dim, Keepdim keep) {
  return restored(index_along<Largest>("argmax", x, dim), x, dim, keep);
}
Tensor argmin(const Tensor& x, AsDim dim, Keepdim keep) {
  return restored(index_along<Smallest>("argmin", x, dim), x, dim, keep);
}

}  // namespace tapegrad
