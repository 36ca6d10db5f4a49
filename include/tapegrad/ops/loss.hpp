// Losses: how far a model's output is from its target. Input and target must have the same shape
// except where labels are involved: nothing broadcasts, because [n, 1] against [n] is a mistake.
//
// A loss has the element type in which everything that it is given meets, weights included, and is
// computed in it: result_type(), as in arithmetic. A float64 weight beside float32 makes a float64
// loss with float64's digits.
//
// A weight of 0 masks: loss and gradient of its element are 0, even where the element is infinite
// or NaN. So does a label that is ignored, and a gradient of 0.
#pragma once

#include "tapegrad/ops/loss/binary_cross_entropy.hpp"
#include "tapegrad/ops/loss/cross_entropy.hpp"
#include "tapegrad/ops/loss/ctc.hpp"
#include "tapegrad/ops/loss/distribution.hpp"
#include "tapegrad/ops/loss/margin.hpp"
#include "tapegrad/ops/loss/reduction.hpp"
#include "tapegrad/ops/loss/regression.hpp"
