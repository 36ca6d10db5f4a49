// Order: which elements of a line come first, and where those are that hold. Float64, float32 and
// int64 alone. NaN is larger than every number; of equal elements the first comes first.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/ref.hpp"

namespace tapegrad::kernels {

/// out's element j along `dim` = where the j-th element of the line is; int64. out may be shorter
/// than the line: the rest isn't put in order then.
void order(Ref out, Ref in, std::size_t dim, bool descending);

/// out = where the k-th smallest element of each line is, counted from 0; int64, row-major.
void index_of_kth(Ref out, Ref in, std::size_t dim, std::int64_t k);

/// How many elements hold; in is boolean.
std::int64_t count_true(Ref in);
/// out = where they are, counted row by row; int64, contiguous.
void places_of_true(Ref out, Ref in);

/// out = how many elements of the row `sorted` come before each value: those that are smaller or,
/// with `right`, not larger. All contiguous; `rows` rows of both, or one of `sorted` for all.
void places_in_order(Ref out, Ref sorted, Ref values, std::int64_t length, bool right);

}  // namespace tapegrad::kernels
