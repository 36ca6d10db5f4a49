#include "tapegrad/ops/convolution/pool.hpp"

#include <cmath>
#include <limits>

#include "ops/convolution/pooled.hpp"
#include "ops/convolution/windows.hpp"
#include "ops/floating.hpp"
#include "tapegrad/ops/pointwise.hpp"

namespace tapegrad {

using kernels::Windows;

namespace {

/// What all pools with windows of a size are told.
struct Sizes {
  Dims kernel, stride, padding, dilation = 1;
  bool ceil = false;
};

std::int64_t places(const Windows& w, std::int64_t far, bool ceil) {
  const std::int64_t rest = w.in + 2 * w.before - far;
  const std::int64_t out =
      (ceil && rest > 0 ? (rest + w.stride - 1) / w.stride : rest / w.stride) + 1;
  // The last window begins before the end.
  return ceil && (out - 1) * w.stride >= w.in + w.before ? out - 1 : out;
}

void check_pooled(std::string_view name, const Tensor& x, std::size_t rank) {
  check_defined(name, x);
  check_image(name, x, rank);
  check_floating(name, x);
}

/// Every window sees something: with a dilation some may see between elements.
void check_seen(std::string_view name, const Tensor& x, const Windows& w, const Sizes& sizes) {
  bool all = w.dilation == 1 || w.before == 0;
  for (std::int64_t o = 0; !all && w.begin(o) < w.end(o); ++o) all = o + 1 == w.out;
  check<ShapeError>(all, "{}: a window of {} with dilation {} and padding {} sees nothing of x, {}",
                    name, sizes.kernel, sizes.dilation, sizes.padding, x.shape());
}

Pooling pooling_of(std::string_view name, const Tensor& x, std::size_t rank, const Sizes& given) {
  check_pooled(name, x, rank);
  const Sizes s{for_each_dim(name, "kernel_size", given.kernel, rank, 1),
                given.stride.empty() ? Dims() : for_each_dim(name, "stride", given.stride, rank, 1),
                for_each_dim(name, "padding", given.padding, rank, 0),
                for_each_dim(name, "dilation", given.dilation, rank, 1), given.ceil};
  Pooling pooling{rank, {}};
  for (std::size_t d = 0; d < rank; ++d) {
    Windows& w = pooling.pool[3 - rank + d];
    w = {.in = x.shape()[x.shape().size() - rank + d],
         .size = s.kernel[d],
         .stride = s.stride.empty() ? s.kernel[d] : s.stride[d],
         .before = s.padding[d],
         .dilation = s.dilation[d]};
    const std::int64_t far = reach(name, w.size, w.dilation);
    check<Error>(w.before <= far / 2, "{}: padding {} with windows of {}; at most half of one",
                 name, s.padding, s.kernel);
    check<ShapeError>(w.in > 0 && w.in >= far - 2 * w.before,
                      "{}: windows of {} with dilation {} are larger than x, {}, with padding {}",
                      name, s.kernel, s.dilation, x.shape(), s.padding);
    w.out = places(w, far, s.ceil);
    check_seen(name, x, w, s);
  }
  return pooling;
}

Pooling even_pooling(std::string_view name, const Tensor& x, std::size_t rank, const Dims& out) {
  check_pooled(name, x, rank);
  const Dims sizes = for_each_dim(name, "output_size", out, rank, -1);
  Pooling pooling{rank, {}};
  for (std::size_t d = 0; d < rank; ++d) {
    Windows& w = pooling.pool[3 - rank + d];
    w = {.in = x.shape()[x.shape().size() - rank + d], .even = true};
    w.out = sizes[d] == -1 ? w.in : sizes[d];
    check<ShapeError>(w.in > 0, "{}: x is {}; it has no element to choose from", name, x.shape());
    checked_mul(name, w.in, checked_add(name, w.out, 1));
  }
  std::int64_t elements = 1;
  for (const std::int64_t size : pooling.out(x.shape())) {
    elements = checked_mul(name, elements, size);
  }
  checked_bytes(name, elements, int64);
  return pooling;
}

/// Places in planes are 32-bit integers.
Pooling with_counted_places(std::string_view name, const Tensor& x, const Pooling& pooling) {
  std::int64_t plane = 1;
  for (const Windows& w : pooling.pool) plane = checked_mul(name, plane, w.in);
  check<ShapeError>(plane <= std::numeric_limits<std::int32_t>::max(),
                    "{}: x is {}; planes have at most 2^31 - 1 elements", name, x.shape());
  return pooling;
}

Pooling max_pooling(std::string_view name, const Tensor& x, std::size_t rank, const Dims& kernel,
                    const nn::MaxPoolOptions& o) {
  return with_counted_places(
      name, x, pooling_of(name, x, rank, {kernel, o.stride, o.padding, o.dilation, o.ceil_mode}));
}

Pooling even_max_pooling(std::string_view name, const Tensor& x, std::size_t rank,
                         const Dims& out) {
  return with_counted_places(name, x, even_pooling(name, x, rank, out));
}

Extremes with_indices(const Tensor& x, const Pooling& pooling) {
  const Tensor places = max_places(x.detach(), pooling);
  return {at_places(x, places, pooling), places};
}

Tensor avg_pool(std::string_view name, const Tensor& x, std::size_t rank, const Dims& kernel,
                const nn::AvgPoolOptions& o) {
  const Pooling pooling = pooling_of(name, x, rank, {kernel, o.stride, o.padding, 1, o.ceil_mode});
  check<Error>(o.divisor_override.value_or(1) != 0, "{}: divisor_override is 0", name);
  const double fixed = static_cast<double>(o.divisor_override.value_or(0));
  return mean_pooled(x, pooling, {.with_zeros = o.count_include_pad, .fixed = fixed});
}

Tensor adaptive_avg_pool(std::string_view name, const Tensor& x, std::size_t rank,
                         const Dims& out) {
  return mean_pooled(x, even_pooling(name, x, rank, out), {});
}

Tensor lp_pool(std::string_view name, const Tensor& x, std::size_t rank, double p,
               const Dims& kernel, const nn::LpPoolOptions& o) {
  const Pooling pooling = pooling_of(name, x, rank, {kernel, o.stride, 0, 1, o.ceil_mode});
  check<Error>(std::isfinite(p) && p > 0, "{}: p is {}; it must be positive and finite", name, p);
  return pow(mean_pooled(pow(x, p), pooling, {.fixed = 1}), 1 / p);
}

}  // namespace

namespace nn {

Tensor max_pool1d(const Tensor& x, const Dims& kernel, const MaxPoolOptions& o) {
  return max_pooled(x, max_pooling("max_pool1d", x, 1, kernel, o));
}
Tensor max_pool2d(const Tensor& x, const Dims& kernel, const MaxPoolOptions& o) {
  return max_pooled(x, max_pooling("max_pool2d", x, 2, kernel, o));
}
Tensor max_pool3d(const Tensor& x, const Dims& kernel, const MaxPoolOptions& o) {
  return max_pooled(x, max_pooling("max_pool3d", x, 3, kernel, o));
}

Extremes max_pool1d_with_indices(const Tensor& x, const Dims& kernel, const MaxPoolOptions& o) {
  return with_indices(x, max_pooling("max_pool1d_with_indices", x, 1, kernel, o));
}
Extremes max_pool2d_with_indices(const Tensor& x, const Dims& kernel, const MaxPoolOptions& o) {
  return with_indices(x, max_pooling("max_pool2d_with_indices", x, 2, kernel, o));
}
Extremes max_pool3d_with_indices(const Tensor& x, const Dims& kernel, const MaxPoolOptions& o) {
  return with_indices(x, max_pooling("max_pool3d_with_indices", x, 3, kernel, o));
}

Tensor avg_pool1d(const Tensor& x, const Dims& kernel, const AvgPoolOptions& o) {
  return avg_pool("avg_pool1d", x, 1, kernel, o);
}
Tensor avg_pool2d(const Tensor& x, const Dims& kernel, const AvgPoolOptions& o) {
  return avg_pool("avg_pool2d", x, 2, kernel, o);
}
Tensor avg_pool3d(const Tensor& x, const Dims& kernel, const AvgPoolOptions& o) {
  return avg_pool("avg_pool3d", x, 3, kernel, o);
}

Tensor adaptive_avg_pool1d(const Tensor& x, const Dims& out) {
  return adaptive_avg_pool("adaptive_avg_pool1d", x, 1, out);
}
Tensor adaptive_avg_pool2d(const Tensor& x, const Dims& out) {
  return adaptive_avg_pool("adaptive_avg_pool2d", x, 2, out);
}
Tensor adaptive_avg_pool3d(const Tensor& x, const Dims& out) {
  return adaptive_avg_pool("adaptive_avg_pool3d", x, 3, out);
}

Tensor adaptive_max_pool1d(const Tensor& x, const Dims& out) {
  return max_pooled(x, even_max_pooling("adaptive_max_pool1d", x, 1, out));
}
Tensor adaptive_max_pool2d(const Tensor& x, const Dims& out) {
  return max_pooled(x, even_max_pooling("adaptive_max_pool2d", x, 2, out));
}
Tensor adaptive_max_pool3d(const Tensor& x, const Dims& out) {
  return max_pooled(x, even_max_pooling("adaptive_max_pool3d", x, 3, out));
}

Extremes adaptive_max_pool1d_with_indices(const Tensor& x, const Dims& out) {
  return with_indices(x, even_max_pooling("adaptive_max_pool1d_with_indices", x, 1, out));
}
Extremes adaptive_max_pool2d_with_indices(const Tensor& x, const Dims& out) {
  return with_indices(x, even_max_pooling("adaptive_max_pool2d_with_indices", x, 2, out));
}
Extremes adaptive_max_pool3d_with_indices(const Tensor& x, const Dims& out) {
  return with_indices(x, even_max_pooling("adaptive_max_pool3d_with_indices", x, 3, out));
}

Tensor lp_pool1d(const Tensor& x, double p, const Dims& kernel, const LpPoolOptions& o) {
  return lp_pool("lp_pool1d", x, 1, p, kernel, o);
}
Tensor lp_pool2d(const Tensor& x, double p, const Dims& kernel, const LpPoolOptions& o) {
  return lp_pool("lp_pool2d", x, 2, p, kernel, o);
}
Tensor lp_pool3d(const Tensor& x, double p, const Dims& kernel, const LpPoolOptions& o) {
  return lp_pool("lp_pool3d", x, 3, p, kernel, o);
}

}  // namespace nn

}  // namespace tapegrad
