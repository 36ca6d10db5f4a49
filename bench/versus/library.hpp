// What the rows say to each library. `lib` is ours or torch, whose functions have the same names;
// what they spell differently has a function here.
#pragma once

#include "row.hpp"

#if LIBRARY_IS(OURS)
#include "tapegrad/tapegrad.hpp"
#elif LIBRARY_IS(TORCH)
#include <ATen/ATen.h>
#elif LIBRARY_IS(LIMITS)
#include "../limits/buffer.hpp"
#elif LIBRARY_IS(XTENSOR)
#include <xtensor/xmath.hpp>
#include <xtensor/xrandom.hpp>
#include <xtensor/xtensor.hpp>
#include <xtensor/xview.hpp>
#endif

namespace versus {

#if LIBRARY_IS(OURS)
namespace lib = tapegrad;
using Shape = tapegrad::Shape;
#elif LIBRARY_IS(TORCH)
namespace lib = at;
using Shape = std::vector<std::int64_t>;
#endif

#if LIBRARY_IS(OURS) || LIBRARY_IS(TORCH)
using Tensor = lib::Tensor;

/// Uniform between 0 and 1.
inline Tensor uniform(const Shape& shape) { return lib::rand(shape); }
inline Tensor parameter(const Shape& shape) {
  Tensor x = uniform(shape);
  x.requires_grad_(true);
  return x;
}
#elif LIBRARY_IS(XTENSOR)
template <std::size_t rank>
using Array = xt::xtensor<float, rank>;

template <std::size_t rank>
Array<rank> uniform(const std::array<std::size_t, rank>& shape) {
  return xt::random::rand<float>(shape);
}
inline Array<1> uniform(std::int64_t n) {
  return uniform(std::array<std::size_t, 1>{static_cast<std::size_t>(n)});
}
inline Array<2> uniform(std::size_t n, std::size_t m) { return uniform(std::array{n, m}); }
#endif

}  // namespace versus
