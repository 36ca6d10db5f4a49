#include "tapegrad/ops/reduce.hpp"

#include "autograd/apply.hpp"
#include "core/check.hpp"
#include "kernels/sum.hpp"
#include "ops/elementwise.hpp"

namespace tapegrad {
namespace {

/// Which dimensions go; an empty list means all.
struct Reduced {
  std::array<bool, max_rank> gone{};
  Keepdim keep = Keepdim::no;

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
};

Reduced reduced(std::string_view operation, const Tensor& x, const Dims& dims, Keepdim keep) {
  Reduced r{.keep = keep};
  const std::size_t rank = x.shape().size();
  if (dims.empty()) std::fill_n(r.gone.begin(), rank, true);
  for (const std::int64_t dim : dims) {
    const std::size_t d = wrap_dim(operation, dim, rank);
    check<IndexError>(!r.gone[d], "{}: dim {} is given twice in {}", operation, dim, dims);
    r.gone[d] = true;
  }
  return r;
}

struct Sum {
  static constexpr std::string_view name = "sum";
  static constexpr Needs saves(Needs) { return save_nothing; }
  Reduced dims;
  Tensor forward(const Tensor& x) const {
    const Shape shape = dims.shape(x.shape());
    Tensor out = make_tensor(is_floating(x.dtype()) ? x.dtype() : int64, shape);
    const Tensor in = converted(x, out.dtype());
    kernels::sum(kernels::ref(out), kernels::ref(in), dims.gone);
    return out;
  }
  Grads vjp(const Saved& s, const Tensor& g) const {
    return {g.reshape(dims.kept_shape(s.shape(0))).expand(s.shape(0))};
  }
};

struct Mean {
  static constexpr std::string_view name = "mean";
  static constexpr Needs saves(Needs) { return save_nothing; }
  Reduced dims;
  Tensor forward(const Tensor& x) const {
    Tensor out = Sum{dims}.forward(x);
    return out / count(x.shape(), out.shape());
  }
  Grads vjp(const Saved& s, const Tensor& g) const {
    const Tensor part = g / count(s.shape(0), s.output_shape());
    return {part.reshape(dims.kept_shape(s.shape(0))).expand(s.shape(0))};
  }
  static double count(const Shape& in, const Shape& out) {
    return static_cast<double>(numel(in)) / static_cast<double>(numel(out));
  }
};

}  // namespace

Tensor sum(const Tensor& x) { return sum(x, {}); }

Tensor sum(const Tensor& x, const Dims& dims, Keepdim keep) {
  return apply(Sum{reduced("sum", x, dims, keep)}, x);
}

Tensor sum_to(const Tensor& x, const Shape& shape) {
  if (x.shape() == shape) return x;
  check<ShapeError>(broadcasts_to(shape, x.shape()), "sum_to: shape {} doesn't broadcast to {}",
                    shape, x.shape());
  const std::size_t lead = x.shape().size() - shape.size();
  Dims dims;
  for (std::size_t i = 0; i < x.shape().size(); ++i) {
    if (i < lead || shape[i - lead] != x.shape()[i]) dims.push_back(static_cast<std::int64_t>(i));
  }
  return sum(x, dims, Keepdim::yes).reshape(shape);
}

Tensor mean(const Tensor& x) { return mean(x, {}); }

Tensor mean(const Tensor& x, const Dims& dims, Keepdim keep) {
  check<DTypeError>(is_floating(x.dtype()),
                    "mean: needs a floating-point tensor, got {}; convert it with to(float32)",
                    x.dtype());
  return apply(Mean{reduced("mean", x, dims, keep)}, x);
}

Tensor Tensor::sum() const { return tapegrad::sum(*this); }
Tensor Tensor::mean() const { return tapegrad::mean(*this); }

}  // namespace tapegrad
