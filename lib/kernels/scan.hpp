// Scans: what each element of a line becomes is made of the elements on one side of it.
// Float64, float32 and int64 alone; integers wrap around. Shapes are equal.
#pragma once

#include <cstddef>

#include "kernels/ref.hpp"
#include "kernels/row_extreme.hpp"

namespace tapegrad::kernels {

/// At which end of a line the scan starts.
enum class From { begin, end };
constexpr From other_end(From from) { return from == From::begin ? From::end : From::begin; }

/// Sums and products up to each element, itself included. Float32 is added and multiplied in
/// float64.
void cumsum(Ref out, Ref in, std::size_t dim, From from);
void cumprod(Ref out, Ref in, std::size_t dim, From from);

/// log(sum(exp(x))) of the elements up to each. Floating-point.
void logcumsumexp(Ref out, Ref in, std::size_t dim);

/// out[i] = in[i] + factor[i] * out before it; the first factor isn't read. Floating-point; float32
/// runs in float64.
void recurrence(Ref out, Ref in, Ref factor, std::size_t dim, From from);

/// Where the largest (smallest) element up to each is; of equal ones the last. A NaN wins, and is
/// kept. `out` is int64.
template <class Which>
void index_of_running_extreme(Ref out, Ref in, std::size_t dim);

/// out = the product of each line; of nothing 1. Float32 is multiplied in float64. `out` is
/// row-major.
void prod(Ref out, Ref in, std::size_t dim);

}  // namespace tapegrad::kernels
