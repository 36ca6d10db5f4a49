// Reading safetensors from bytes that are already here: for the loader and for fuzzing.
#pragma once

#include "io/input.hpp"
#include "tapegrad/io/safetensors.hpp"

namespace tapegrad::io {

Safetensors read_safetensors(const Input& input);

}  // namespace tapegrad::io
