// The .npy format as bytes: for files, for the entries of .npz, and for fuzzing.
#pragma once

#include <string>

#include "io/input.hpp"
#include "tapegrad/io/npy.hpp"

namespace tapegrad::io {

/// What stands before the elements of a row-major array.
std::string npy_header(DType dtype, const Shape& shape);

/// The array that fills the input.
Tensor read_npy(const Input& input);

StateDict read_npz(const Input& input);

}  // namespace tapegrad::io
