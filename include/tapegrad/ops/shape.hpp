// Elements in another place: tensors put together, taken apart, repeated, turned and padded. The
// plain views of one tensor are methods in tensor.hpp.
#pragma once

#include "tapegrad/ops/shape/axes.hpp"
#include "tapegrad/ops/shape/diagonal.hpp"
#include "tapegrad/ops/shape/flip.hpp"
#include "tapegrad/ops/shape/join.hpp"
#include "tapegrad/ops/shape/pad.hpp"
#include "tapegrad/ops/shape/repeat.hpp"
#include "tapegrad/ops/shape/split.hpp"
#include "tapegrad/ops/shape/stacks.hpp"
#include "tapegrad/ops/shape/window.hpp"
