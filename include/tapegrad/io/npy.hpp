// NumPy's files: one array in .npy, named arrays in .npz.
#pragma once

#include <string>
#include <vector>

#include "tapegrad/io/loading.hpp"
#include "tapegrad/state_dict.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace io {

/// Writes the bytes that numpy.save writes (format 1.0), row by row.
///   The file appears at once or not at all. Throws IoError when it can't be written, and
///   DTypeError for bfloat16, which numpy doesn't have.
void save_npy(const std::string& path, const Tensor& x);

/// Reads one array as numpy.save writes it: formats 1.0, 2.0 and 3.0, either byte order. What is
/// stored in Fortran order comes back with Fortran's strides.
///   Without a copy where the byte order is the machine's: the tensor looks into a private mapping
///   of the file, as with load_safetensors().
///   Throws IoError, with the path and the offset, for a file that is cut short or goes on after
///   the array, for a file of another kind, which is named, and for a dtype that this library
///   doesn't have, unless it is to be converted. Source: numpy.lib.format,
///   https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
Tensor load_npy(const std::string& path, const LoadOptions& options = {});

struct NpzOptions {
  /// As numpy.savez_compressed does.
  bool compress = false;
};

/// Writes named arrays as numpy.savez does, beyond 4 GB where needed. The file appears at once or
/// not at all. Throws IoError when it can't be written and for a name that isn't UTF-8, is empty or
/// longer than 65,531 bytes, or with which unpackers would write somewhere else: with a NUL, a
/// backslash or "..", or absolute.
void save_npz(const std::string& path, const StateDict& tensors, NpzOptions options = {});

/// Reads the arrays of a file that numpy.savez or numpy.savez_compressed wrote; checksums are
/// verified.
///   Throws IoError, with the path and the array, for everything that load_npy() refuses, for an
///   archive that is damaged, is encrypted or claims more than its bytes can hold, and for names
///   that save_npz() refuses.
StateDict load_npz(const std::string& path, const LoadSomeOptions& options = {});

/// What is in such a file, in its order, also arrays that can't be loaded and files that aren't
/// arrays, whose dtype is empty. Throws IoError for what isn't such a file at all.
std::vector<StoredArray> list_npz(const std::string& path);

}  // namespace io
}  // namespace tapegrad
