// Element by element: of one tensor, of two, or of a tensor and a C++ number.
//
// Shapes broadcast and element types promote as in PyTorch; a C++ number never promotes a tensor
// of its own kind, and must fit the type in which they meet: DTypeError (see dtype.hpp). Integers
// wrap around. Every function throws ShapeError when the shapes don't broadcast.
//
// Except where it says otherwise, functions of one tensor convert integers and booleans to float32
// first. Where a derivative is 0 or 1, as relu's is, the gradient is chosen or dropped, never
// multiplied: one that is dropped may be infinite or NaN.
//
// exp, log and their relatives are right to two units in the last place over their whole range,
// softplus and the derivatives of sigmoid and tanh to four, their second derivatives to sixteen,
// and the third, where its terms cancel, to sixteen units of the second: docs/accuracy.md.
#pragma once

#include "tapegrad/ops/pointwise/activation.hpp"
#include "tapegrad/ops/pointwise/arithmetic.hpp"
#include "tapegrad/ops/pointwise/bounds.hpp"
#include "tapegrad/ops/pointwise/choice.hpp"
#include "tapegrad/ops/pointwise/close.hpp"
#include "tapegrad/ops/pointwise/compare.hpp"
#include "tapegrad/ops/pointwise/exponential.hpp"
#include "tapegrad/ops/pointwise/finite.hpp"
#include "tapegrad/ops/pointwise/gate.hpp"
#include "tapegrad/ops/pointwise/hyperbolic.hpp"
#include "tapegrad/ops/pointwise/logical.hpp"
#include "tapegrad/ops/pointwise/power.hpp"
#include "tapegrad/ops/pointwise/rectifier.hpp"
#include "tapegrad/ops/pointwise/rounding.hpp"
#include "tapegrad/ops/pointwise/sign.hpp"
#include "tapegrad/ops/pointwise/special.hpp"
#include "tapegrad/ops/pointwise/trigonometric.hpp"
