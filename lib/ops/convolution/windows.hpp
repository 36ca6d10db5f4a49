// What the options of windows say of each dimension, and the checks that they share.
#pragma once

#include <string_view>

#include "core/check.hpp"
#include "core/sizes.hpp"
#include "tapegrad/tensor.hpp"

namespace tapegrad {

/// One number for all dimensions, or a list with one for each. Throws Error in `operation`'s name
/// for another length, or a number below `least`.
inline Dims for_each_dim(std::string_view operation, std::string_view what, const Dims& given,
                         std::size_t rank, std::int64_t least) {
  check<Error>(given.size() == 1 || given.size() == rank,
               "{}: {} is {}; give one number, or one for each of {} dimensions", operation, what,
               given, rank);
  for (const std::int64_t number : given) {
    check<Error>(number >= least, "{}: {} is {}; the least is {}", operation, what, given, least);
  }
  return given.size() == rank ? given : Dims(rank, given[0]);
}

/// Throws ShapeError unless x is a batch of images or one, of so many dimensions.
inline void check_image(std::string_view operation, const Tensor& x, std::size_t rank) {
  const std::size_t dims = x.shape().size();
  check<ShapeError>(dims == rank + 1 || dims == rank + 2,
                    "{}: x is {}; it needs [n, channels] or [channels] and {} sizes", operation,
                    x.shape(), rank);
}

/// x as a batch, which it is, or a batch of one.
inline Tensor as_batch(const Tensor& x, std::size_t rank) {
  return x.shape().size() == rank + 1 ? x.unsqueeze(0) : x;
}
/// The result in the rank that x had.
inline Tensor as_before(const Tensor& y, const Tensor& x) {
  return y.dim() > x.dim() ? y.squeeze(0) : y;
}

/// dilation (kernel - 1) + 1: what a window reaches over.
inline std::int64_t reach(std::string_view operation, std::int64_t kernel, std::int64_t dilation) {
  return checked_add(operation, checked_mul(operation, kernel - 1, dilation), 1);
}

}  // namespace tapegrad
