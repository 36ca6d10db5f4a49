// IDX: the files of MNIST and its kin, plain or gzipped.
#pragma once

#include <string>

#include "tapegrad/io/loading.hpp"
#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace io {

/// Reads an IDX file of unsigned bytes, 32-bit integers, float32 or float64; gzip is recognised by
/// its first bytes. MNIST's images come as uint8 of shape [n, 28, 28], its labels as uint8 of [n].
///   Plain files of bytes are not copied: the tensor looks into a private mapping of the file, as
///   with load_safetensors().
///   Throws IoError, with the path and the offset, for a file that is cut short or goes on after
///   the elements, for a file of another kind, which is named, and for signed bytes and 16-bit
///   integers, which this library doesn't have, unless they are to be converted.
///   Source: http://yann.lecun.com/exdb/mnist/
Tensor load_idx(const std::string& path, const LoadOptions& options = {});

/// Writes uint8, int8, int16, int32, float32 or float64, gzipped if the path ends with ".gz".
///   The file appears at once or not at all. Throws IoError when it can't be written, for a size of
///   2^32 or more, and for int64 and bool, which the format doesn't have.
void save_idx(const std::string& path, const Tensor& x);

}  // namespace io
}  // namespace tapegrad
