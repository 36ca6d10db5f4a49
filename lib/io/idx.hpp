// Reading IDX from bytes that are already here: for the loader and for fuzzing.
#pragma once

#include "io/input.hpp"
#include "tapegrad/io/idx.hpp"

namespace tapegrad::io {

Tensor read_idx(const Input& input, const LoadOptions& options = {});

}  // namespace tapegrad::io
