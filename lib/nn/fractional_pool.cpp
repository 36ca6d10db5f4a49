#include "tapegrad/nn/fractional_pool.hpp"

#include <array>
#include <cmath>

#include "core/check.hpp"
#include "core/computed_with.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/index.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/shape.hpp"

namespace tapegrad::nn {
namespace {

/// One dimension: sizes of x, of a window and of the result.
struct Extent {
  std::int64_t in, window, out;
};

/// One of `numbers` for each dimension, or one for all.
template <class Numbers>
bool fits(const Numbers& numbers, std::size_t rank) {
  return numbers.size() == 1 || numbers.size() == rank;
}
template <class Numbers>
auto at(const Numbers& numbers, std::size_t d) {
  return numbers.size() == 1 ? numbers[0] : numbers[d];
}

std::array<Extent, 3> extents(std::string_view name, const Tensor& x, const Dims& kernel_size,
                              const FractionalMaxPoolOptions& o, std::size_t rank) {
  check_defined(name, x);
  check<DTypeError>(is_floating(x.dtype()), "{}: x is {}; convert it with to(float32)", name,
                    x.dtype());
  const std::size_t front = x.shape().size() - rank;
  check<ShapeError>(front == 1 || front == 2,
                    "{}: x is {}; it needs [n, channels] or [channels], "
                    "and {} sizes",
                    name, x.shape(), rank);
  const bool by_ratio = !o.output_ratio.empty();
  check<Error>(by_ratio == o.output_size.empty() && fits(kernel_size, rank) &&
                   (by_ratio ? fits(o.output_ratio, rank) : fits(o.output_size, rank)),
               "{}: kernel_size is {}, with {} sizes and {} ratios; give one of these, one number "
               "or one for each dimension",
               name, kernel_size, o.output_size.size(), o.output_ratio.size());
  std::array<Extent, 3> all{};
  for (std::size_t d = 0; d < rank; ++d) {
    Extent& e = all[d];
    e = {x.shape()[front + d], at(kernel_size, d), 0};
    if (by_ratio) {
      const double ratio = at(o.output_ratio, d);
      check<Error>(ratio > 0 && ratio < 1, "{}: output_ratio is {}; it lies between 0 and 1", name,
                   ratio);
      e.out = static_cast<std::int64_t>(static_cast<double>(e.in) * ratio);
    } else {
      e.out = at(o.output_size, d);
    }
    check<ShapeError>(e.window >= 1 && e.out >= 1 && e.out <= e.in - e.window + 1,
                      "{}: {} windows of {} in {} elements; there are at least one, and at most {}",
                      name, e.out, e.window, e.in, e.in - e.window + 1);
  }
  return all;
}

/// Where windows begin along one dimension: [n, channels, out], from samples [n, channels].
Tensor begins(const Tensor& sample, const Extent& e) {
  const double most = static_cast<double>(e.in - e.window);
  const Tensor last = full({1}, most, {.dtype = sample.dtype()});
  const Tensor s = sample.unsqueeze(-1);
  Shape shape = s.shape();
  if (e.out == 1) return last.expand(shape).to(int64);
  const double step = most / static_cast<double>(e.out - 1);
  const Tensor i = arange(e.out - 1, {.dtype = sample.dtype()});
  return cat({floor((i + s) * step) - floor(s * step), last.expand(shape)}, -1).to(int64);
}

Tensor samples_for(std::string_view name, const Tensor& planes, const FractionalMaxPoolOptions& o,
                   std::size_t rank) {
  const Shape shape{planes.size(0), planes.size(1), static_cast<std::int64_t>(rank)};
  const Tensor& given = o.random_samples;
  if (!given.defined()) return rand(shape, {.dtype = planes.dtype()}, o.generator);
  check<ShapeError>(given.shape() == shape, "{}: random_samples is {}; it must be {}", name,
                    given.shape(), shape);
  check<DTypeError>(given.dtype() == planes.dtype(),
                    "{}: random_samples is {}, x is {}; convert one with to()", name, given.dtype(),
                    planes.dtype());
  return given.detach();
}

/// All elements of all windows side by side, the largest of each, and its place.
Extremes pooled(std::string_view name, const Tensor& x, const Dims& kernel_size,
                const FractionalMaxPoolOptions& o, std::size_t rank) {
  const std::array<Extent, 3> all = extents(name, x, kernel_size, o, rank);
  const ComputedWith guard({&x});
  const bool alone = x.shape().size() == rank + 1;
  const Tensor planes = alone ? x.unsqueeze(0) : x;
  const Tensor samples = samples_for(name, planes, o, rank);
  Tensor places;  // [n, channels, out..., window...]
  for (std::size_t d = 0; d < rank; ++d) {
    const Extent& e = all[d];
    const std::size_t which = rank == 2 ? 1 - d : d;
    const Tensor begin = begins(samples.select(-1, static_cast<std::int64_t>(which)), e);
    Shape outer = begin.shape();
    outer.erase(2);
    Shape inner;
    for (std::size_t k = 0; k < rank; ++k) outer.push_back(k == d ? e.out : 1);
    for (std::size_t k = 0; k < rank; ++k) {
      outer.push_back(1);
      inner.push_back(k == d ? e.window : 1);
    }
    const Tensor mine = begin.reshape(outer) + arange(e.window, {.dtype = int64}).reshape(inner);
    places = places.defined() ? places * e.in + mine : mine;
  }
  Shape shape{planes.size(0), planes.size(1)};
  for (std::size_t d = 0; d < rank; ++d) shape.push_back(all[d].out);
  const Tensor flat = places.flatten(static_cast<std::int64_t>(rank) + 2);
  const Tensor seen = gather(planes.flatten(2), 2, flat.flatten(2)).reshape(flat.shape());
  const auto [values, which] = max(seen, -1);
  const Tensor indices = gather(flat, -1, which.unsqueeze(-1)).squeeze(-1);
  return alone ? Extremes{values.squeeze(0), indices.squeeze(0)} : Extremes{values, indices};
}

}  // namespace

Extremes fractional_max_pool2d_with_indices(const Tensor& x, const Dims& kernel_size,
                                            const FractionalMaxPoolOptions& options) {
  return pooled("fractional_max_pool2d_with_indices", x, kernel_size, options, 2);
}
Extremes fractional_max_pool3d_with_indices(const Tensor& x, const Dims& kernel_size,
                                            const FractionalMaxPoolOptions& options) {
  return pooled("fractional_max_pool3d_with_indices", x, kernel_size, options, 3);
}
Tensor fractional_max_pool2d(const Tensor& x, const Dims& kernel_size,
                             const FractionalMaxPoolOptions& options) {
  return pooled("fractional_max_pool2d", x, kernel_size, options, 2).values;
}
Tensor fractional_max_pool3d(const Tensor& x, const Dims& kernel_size,
                             const FractionalMaxPoolOptions& options) {
  return pooled("fractional_max_pool3d", x, kernel_size, options, 3).values;
}

namespace detail {

FractionalMaxPool::FractionalMaxPool(const Dims& kernel_size,
                                     const FractionalMaxPoolOptions& options)
    : kernel_size_(kernel_size),
      output_size_(options.output_size),
      output_ratio_(options.output_ratio),
      generator_(&options.generator) {
  if (options.random_samples.defined()) random_samples_ = options.random_samples;
}

void FractionalMaxPool::visit(Visitor& v) { v("_random_samples", random_samples_); }

FractionalMaxPoolOptions FractionalMaxPool::with_samples() const {
  return {output_size_, output_ratio_, random_samples_, *generator_};
}

}  // namespace detail
}  // namespace tapegrad::nn
