// Elements less their mean, by their standard deviation: x -> (x - mean) / sqrt(variance + eps)
// weight + bias, where the variance is that of the elements themselves (without Bessel's
// correction). Moments are found in float64, so that elements far from 0 lose no digits. Weight and
// bias may be undefined. Functions throw DTypeError unless all have one floating-point type, and
// ShapeError where shapes don't fit.
#pragma once

#include "tapegrad/ops/normalize/channels.hpp"
#include "tapegrad/ops/normalize/rows.hpp"
