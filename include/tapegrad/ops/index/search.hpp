// Places in sorted tensors, and how many elements fall where. Without derivatives, except weights.
#pragma once

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// For each value the place where it would be inserted into its row of `sorted` (int64): in front
/// of equal elements or, with `right`, behind them. `sorted` is one row, or has the values'
/// dimensions but for the last. NaN is larger than every number. Throws ShapeError where the
/// dimensions differ.
Tensor searchsorted(const Tensor& sorted, const Tensor& values, bool right = false);
/// The same with a word: "left" is in front of equal elements, "right" behind them. Throws Error
/// for another.
Tensor searchsorted(const Tensor& sorted, const Tensor& values, const char* side);
/// The same in rows of any order, which argsort() gives as `sorter`. Throws ShapeError unless that
/// has the rows' shape, IndexError for a place that they don't have.
Tensor searchsorted(const Tensor& rows, const Tensor& values, bool right, const Tensor& sorter);
Tensor searchsorted(const Tensor& rows, const Tensor& values, const char* side,
                    const Tensor& sorter);
/// searchsorted() of one row of boundaries, with x first. Throws ShapeError for another rank.
Tensor bucketize(const Tensor& x, const Tensor& boundaries, bool right = false);

/// Whether each element is one of `test`, by their values in the type in which both meet: bool, of
/// x's shape. NaN is no element of anything.
Tensor isin(const Tensor& x, const Tensor& test);

/// How often each number from 0 on occurs in a vector of integers: int64, and at least `minlength`
/// long. Throws ShapeError for another rank, DTypeError for fractions, IndexError for negative
/// numbers.
Tensor bincount(const Tensor& x, std::int64_t minlength = 0);
/// The sum of the weights of each number, in their type; integers are added as float64. Derivative:
/// g at its number to each weight. Throws ShapeError unless there is a weight for each.
Tensor bincount(const Tensor& x, const Tensor& weights, std::int64_t minlength = 0);

/// How many elements fall into each of `bins` parts of [low, high], in x's type; high belongs to
/// the last, others are left out. low = high: from the smallest to the largest element. Throws
/// DTypeError for integers, Error unless bins > 0 and low <= high are finite.
Tensor histc(const Tensor& x, std::int64_t bins = 100, double low = 0, double high = 0);

}  // namespace tapegrad
