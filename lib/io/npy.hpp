// The .npy format as bytes: for files, for the entries of .npz, and for fuzzing.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "io/npy_header.hpp"
#include "tapegrad/io/npy.hpp"

namespace tapegrad::io {

/// What stands before the elements of a row-major array.
std::string npy_header(std::string_view operation, DType dtype, const Shape& shape);

/// The array that fills the input. `others` is what errors about its type say of others.
Tensor read_npy(const Input& input, const LoadOptions& options = {}, std::string_view others = "");

StateDict read_npz(const Input& input, const LoadSomeOptions& options = {});
std::vector<StoredArray> list_npz(const Input& input);

/// The header of an array, whose elements needn't be there, and the offset of these.
struct NpyStart {
  NpyHeader header;
  std::size_t end = 0;
};
NpyStart npy_start(const Input& input);

/// Throws IoError unless what stands behind the header is as long as the array.
void check_npy_length(const Input& input, const NpyStart& start, StoredType type);

/// The type that read_npy() reads. Throws IoError for one that it doesn't.
StoredType npy_type(const Input& input, const NpyHeader& header, const LoadOptions& options,
                    std::string_view others = "");

}  // namespace tapegrad::io
