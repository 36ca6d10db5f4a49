// Elements several times.
#pragma once

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// x repeats[i] times one behind the other along dimension i; more repeats than dimensions make new
/// ones in front. Derivative: the sum of g over the copies. Throws ShapeError for fewer repeats
/// than dimensions and for negative ones.
Tensor repeat(const Tensor& x, const Shape& repeats);  // also without braces
/// The same, where fewer repeats than dimensions stand for the last ones.
Tensor tile(const Tensor& x, const Shape& repeats);  // also without braces

/// Each slice along `dim` so many times, one beside the other. Derivative: the sum of g over them.
/// Throws ShapeError for a negative count, IndexError for the dim.
Tensor repeat_interleave(const Tensor& x, std::int64_t repeats, AsDim dim);
/// Slice i repeats[i] times; one count counts for all. Throws DTypeError for counts that aren't
/// integers, ShapeError unless there are as many as slices.
Tensor repeat_interleave(const Tensor& x, const Tensor& repeats, AsDim dim);
/// Of all elements, row by row: rank 1.
Tensor repeat_interleave(const Tensor& x, std::int64_t repeats);

}  // namespace tapegrad
