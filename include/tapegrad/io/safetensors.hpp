// safetensors: named tensors in one file, as PyTorch users exchange weights.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tapegrad/io/loading.hpp"
#include "tapegrad/state_dict.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace io {

/// What a safetensors file holds.
struct Safetensors {
  StateDict tensors;
  /// Free text under free names, such as {"format", "pt"}.
  std::map<std::string, std::string> metadata;
  /// For model.load_state_dict(load_safetensors(path)), and what it is asked for by name.
  operator const StateDict&() const { return tensors; }
  const Tensor& operator[](std::string_view name) const { return tensors[name]; }
  const Tensor& at(std::string_view name) const { return tensors[name]; }
  bool contains(std::string_view name) const { return tensors.contains(name); }
  std::size_t size() const { return tensors.size(); }
  auto begin() const { return tensors.begin(); }
  auto end() const { return tensors.end(); }
};

/// Writes `tensors` so that every safetensors reader takes them, of every element type and
/// any layout. The bytes are those that Python's safetensors writes: the widest
/// types first, names in order within a type.
///   The file appears at once or not at all: whatever fails, a file that was there stays as it was.
///   Throws IoError when the file can't be written, and for a name that isn't UTF-8, has a NUL
///   or is "__metadata__", also of metadata. Names are no paths here, and may be empty.
///   Source: https://huggingface.co/docs/safetensors
void save_safetensors(const std::string& path, const StateDict& tensors,
                      const std::map<std::string, std::string>& metadata = {});

/// Reads a safetensors file without copying it: the tensors look into a mapping of the file, whose
/// pages are read when they are first touched, and which ends with the last tensor.
///   The mapping is private: changing a tensor in place copies the pages it touches and never
///   reaches the file. save_safetensors() over the same path is safe, because it replaces the file;
///   a program that cuts the file short in place while it is mapped makes the next access fail with
///   SIGBUS. Tensors that don't start on a multiple of their element size are copied.
///   Throws IoError, with the path and the offset, for anything that the format doesn't allow:
///   holes, overlaps, bytes left over, sizes that don't fit the shape or overflow, a name or a key
///   that is used twice or has a NUL, a header above 100 MB, text that isn't UTF-8; also for a file
///   of another kind, which is named, for a dtype that this library doesn't have, unless it is to
///   be converted, and for more than 8 dimensions.
Safetensors load_safetensors(const std::string& path, const LoadSomeOptions& options = {});

/// What is in such a file, in its order, also tensors that can't be loaded.
struct SafetensorsList {
  std::vector<StoredArray> tensors;
  std::map<std::string, std::string> metadata;
};

/// Reads the header alone. Throws IoError for a file that the format doesn't allow.
SafetensorsList list_safetensors(const std::string& path);

}  // namespace io
}  // namespace tapegrad
