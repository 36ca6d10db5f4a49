// Tensors from nothing: constants, ranges, values that stand in the program.
#pragma once

#include "tapegrad/ops/create/filled.hpp"
#include "tapegrad/ops/create/nested.hpp"
#include "tapegrad/ops/create/range.hpp"
