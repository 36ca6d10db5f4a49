// Reads and sums at places that an array of indices names. Indices are int64, within range.
#pragma once

#include <cstdint>
#include <optional>

#include "kernels/ref.hpp"

namespace tapegrad::kernels {

/// The first index outside [0, size).
std::optional<std::int64_t> first_outside(Ref indices, std::int64_t size);

/// out's slice j along `dim` = in's slice index[j].
void index_select(Ref out, Ref in, Ref index, std::size_t dim);

/// out's slice index[j] along `dim` += in's slice j.
void index_add(Ref out, Ref in, Ref index, std::size_t dim);

/// out's slice index[j] along `dim` = in's slice j; the last that is written stays.
void index_copy(Ref out, Ref in, Ref index, std::size_t dim);

/// Each element of out = in's at the same place, with `dim`'s coordinate from `index`, which has
/// out's shape.
void gather(Ref out, Ref in, Ref index, std::size_t dim);

/// out's element at the same place, with `dim`'s coordinate from `index`, += each element of in,
/// which has the index's shape.
void scatter_add(Ref out, Ref in, Ref index, std::size_t dim);

/// What becomes of an element to which another comes; of numbers and NaN that is NaN.
enum class Fold { set, largest, smallest };

/// out's element at the same place, with `dim`'s coordinate from `index`, folded with each element
/// of in, which has the index's shape, in their order.
void scatter_fold(Ref out, Ref in, Ref index, std::size_t dim, Fold fold);

/// out[i][labels[i]] = 1 in contiguous int64 zeros with the classes as their last dimension.
void set_one_hot(Ref out, Ref labels, std::int64_t classes);

}  // namespace tapegrad::kernels
