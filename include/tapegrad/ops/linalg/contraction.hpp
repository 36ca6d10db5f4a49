// Sums over dimensions that tensors share, named by letters or by numbers.
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

/// The sum of products over the last `dims` dimensions of a and the first of b, in order; 0 gives
/// all products. With two lists: over of_a[i] of a and of_b[i] of b. The other dimensions of a come
/// first in the result. A size of 1 broadcasts to the other's.
/// Throws ShapeError for sizes that differ and lists of different length, IndexError for
/// dimensions out of range or given twice, DTypeError as matmul().
Tensor tensordot(const Tensor& a, const Tensor& b, std::int64_t dims = 2);
Tensor tensordot(const Tensor& a, const Tensor& b, const Dims& of_a, const Dims& of_b);

/// The sum of a matrix's diagonal: [n, m] -> []. Derivative: g on the diagonal. Throws ShapeError
/// unless the rank is 2.
Tensor trace(const Tensor& x);

}  // namespace tapegrad
