// The operations of recurrent cells. Arguments have been checked; cells, bias and lengths may be
// undefined.
#pragma once

#include "tapegrad/ops/sequence/recurrent.hpp"

namespace tapegrad {

nn::RecurrentSteps recurred(nn::RecurrentCell cell, const Tensor& gates, const Tensor& hidden,
                            const Tensor& cells, const Tensor& weight,
                            const nn::RecurrentOptions& options);

}  // namespace tapegrad
