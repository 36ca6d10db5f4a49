// Sums over dimensions that are named by letters.
#pragma once

#include <concepts>
#include <string_view>
#include <vector>

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// Einstein's sum: a letter for each dimension of each operand, and those that the result keeps:
///   einsum("ij,jk->ik", a, b)        a @ b
///   einsum("...ij,...jk", a, b)      without "->": the letters that stand once, in the order of
///                                    the alphabet (capitals first), behind what the dots stand for
///   einsum("ii->i", a)               the diagonal: a letter twice in one operand
/// What the result doesn't keep is summed, dots too. Dots ("...") stand for any dimensions, matched
/// from the right; sizes of 1 broadcast. Spaces mean nothing. Operands are multiplied from left to
/// right, each product as one matmul(): put the pair first that leaves the least.
/// Derivative: that of the products, sums and views it is made of. One operand may be a view.
/// Throws Error for an equation that isn't one, ShapeError for sizes that don't fit it and where a
/// product on the way has more than 8 dimensions, DTypeError unless all operands have one element
/// type that isn't boolean.
Tensor einsum(std::string_view equation, const std::vector<Tensor>& operands);
template <std::same_as<Tensor>... Others>
Tensor einsum(std::string_view equation, const Tensor& first, const Others&... others) {
  return einsum(equation, std::vector<Tensor>{first, others...});
}

}  // namespace tapegrad
