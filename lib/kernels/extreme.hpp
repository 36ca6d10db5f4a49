// Maxima and minima along one dimension.
#pragma once

#include "kernels/ref.hpp"
#include "kernels/row_extreme.hpp"

namespace tapegrad::kernels {

// out is row-major over the dimensions other than `dim`, which has elements.

/// Which is Largest or Smallest.
template <class Which>
void extreme(Ref out, Ref in, std::size_t dim);

/// int64: the first index where the extreme is.
template <class Which>
void index_of_extreme(Ref out, Ref in, std::size_t dim);

}  // namespace tapegrad::kernels
