// From examples to a batch.
#pragma once

#include <cstdint>
#include <span>

#include "tapegrad/data/dataset.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace data {

/// How examples of several lengths, their first size, come to one: x is filled with `x` at its end,
/// and y, where it isn't of rank 0 and as long as x, with `y`, which cross_entropy ignores.
struct Padding {
  Scalar x = 0;
  Scalar y = -100;
  /// The length is that of the longest example, rounded up to a multiple of this.
  std::int64_t multiple_of = 1;
  /// Longer examples are cut to this; 0: none are.
  std::int64_t longest = 0;
};

/// The examples side by side in a new first dimension; either all have a y or none.
///   Throws Error for no example, ShapeError for shapes and DTypeError for types that differ, with
/// the first two that do.
Batch collate(std::span<const Example> examples);
/// The same with examples of several lengths; Batch::lengths says how long each was.
///   x: [length, ...]  ->  [n, longest, ...]      Throws ShapeError for rank 0, DTypeError for
/// padding that the elements don't hold, such as 1.5 of integers.
Batch collate(std::span<const Example> examples, const Padding& padding);

}  // namespace data
}  // namespace tapegrad
