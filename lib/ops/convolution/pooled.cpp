#include "ops/convolution/pooled.hpp"

#include "autograd/apply.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/index.hpp"

namespace tapegrad {

using namespace kernels;

namespace {

Shape resized(Shape shape, const Pooling& pooling, std::int64_t Windows::*size) {
  for (std::size_t d = 0; d < pooling.rank; ++d) {
    shape[shape.size() - pooling.rank + d] = pooling.pool[3 - pooling.rank + d].*size;
  }
  return shape;
}

Tensor with_planes(const Tensor& x, const Pooling& pooling) {
  return x.flatten(-static_cast<std::int64_t>(pooling.rank), -1);
}

struct Pooled {
  Pooling pooling;
  explicit Pooled(const Pooling& how) : pooling(how) {}
  void each_size(const auto& f) {
    for (Windows& w : pooling.pool) {
      f(w.in);
      f(w.out);
    }
  }
  void attributes(AttributeList& list) const {
    Dims size, stride, padding, dilation;
    for (std::size_t d = 3 - pooling.rank; d < 3; ++d) {
      const Windows& w = pooling.pool[d];
      size.push_back(w.even ? w.out : w.size);
      stride.push_back(w.stride);
      padding.push_back(w.before);
      dilation.push_back(w.dilation);
    }
    if (pooling.pool[2].even) return list("output_size", size);
    list("kernel_size", size);
    list("stride", stride);
    list("padding", padding);
    list("dilation", dilation);
  }
};

struct MaxPoolPlaces : Pooled {
  static constexpr std::string_view name = "max_pool_places";
  using Pooled::Pooled;
  Meta result(const Tensor& x) const { return {int64, pooling.out(x.shape())}; }
  void into(const Tensor& y, const Tensor& x) const {
    const Tensor planes = x.contiguous();
    max_pool_places(ref(y), ref(planes), pooling.pool);
  }
};

struct MaxPoolToInput : Pooled {
  static constexpr std::string_view name = "max_pool_to_input";
  using Pooled::Pooled;
  Like result(const Tensor&, const Tensor& x) const { return like(x); }
  void into(const Tensor& dx, const Tensor& g, const Tensor& x) const {
    const Tensor gradients = g.contiguous();
    const Tensor planes = x.contiguous();
    max_pool_back(ref(dx), ref(gradients), ref(planes), pooling.pool);
  }
};

struct MaxPool : Pooled {
  static constexpr std::string_view name = "max_pool";
  static constexpr Needs saves(Needs) { return save_input(0); }
  using Pooled::Pooled;
  Meta result(const Tensor& x) const { return {x.dtype(), pooling.out(x.shape())}; }
  void into(const Tensor& y, const Tensor& x) const {
    const Tensor planes = x.contiguous();
    max_pool(ref(y), ref(planes), pooling.pool);
  }
  Grads vjp(const Saved& s, const Tensor& g) const {
    const Tensor x = s[0];
    if (!recording()) return {untaped(MaxPoolToInput(pooling), g, x)};
    const Tensor none = with_planes(zeros_like(x.detach()).to(g.dtype()), pooling);
    const Tensor places = with_planes(max_places(x.detach(), pooling), pooling);
    return {scatter_add(none, -1, places, with_planes(g, pooling)).reshape(x.shape())};
  }
};

Tensor mean_pooled_back(const Tensor& g, const Pooling& pooling, const Divisor& divisor);

struct MeanPool : Pooled {
  static constexpr std::string_view name = "avg_pool";
  static constexpr Needs saves(Needs) { return save_nothing; }
  Divisor divisor;
  MeanPool(const Pooling& how, const Divisor& by) : Pooled(how), divisor(by) {}
  void attributes(AttributeList& list) const {
    Pooled::attributes(list);
    if (divisor.with_zeros) list("count_include_pad", true);
    if (divisor.fixed != 0) list("divisor", divisor.fixed);
  }
  Meta result(const Tensor& x) const { return {x.dtype(), pooling.out(x.shape())}; }
  void into(const Tensor& y, const Tensor& x) const {
    const Tensor planes = x.contiguous();
    mean_pool(ref(y), ref(planes), pooling.pool, divisor);
  }
  Grads vjp(const Saved&, const Tensor& g) const { return {mean_pooled_back(g, pooling, divisor)}; }
};

struct MeanPoolToInput : Pooled {
  static constexpr std::string_view name = "avg_pool_to_input";
  static constexpr Needs saves(Needs) { return save_nothing; }
  Divisor divisor;
  MeanPoolToInput(const Pooling& how, const Divisor& by) : Pooled(how), divisor(by) {}
  Meta result(const Tensor& g) const { return {g.dtype(), pooling.in(g.shape())}; }
  void into(const Tensor& x, const Tensor& g) const {
    const Tensor gradients = g.contiguous();
    mean_pool_back(ref(x), ref(gradients), pooling.pool, divisor);
  }
  Grads vjp(const Saved&, const Tensor& g) const { return {mean_pooled(g, pooling, divisor)}; }
};

Tensor mean_pooled_back(const Tensor& g, const Pooling& pooling, const Divisor& divisor) {
  return apply(MeanPoolToInput(pooling, divisor), g);
}

}  // namespace

Shape Pooling::out(const Shape& x) const { return resized(x, *this, &Windows::out); }
Shape Pooling::in(const Shape& y) const { return resized(y, *this, &Windows::in); }

Tensor max_pooled(const Tensor& x, const Pooling& pooling) { return apply(MaxPool(pooling), x); }

Tensor max_places(const Tensor& x, const Pooling& pooling) {
  return apply(MaxPoolPlaces(pooling), x);
}

Tensor at_places(const Tensor& x, const Tensor& places, const Pooling& pooling) {
  return gather(with_planes(x, pooling), -1, with_planes(places, pooling)).reshape(places.shape());
}

Tensor mean_pooled(const Tensor& x, const Pooling& pooling, const Divisor& divisor) {
  return apply(MeanPool(pooling, divisor), x);
}

}  // namespace tapegrad
