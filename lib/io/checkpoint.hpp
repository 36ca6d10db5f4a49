// One checkpoint: a safetensors file whose metadata has its step and a checksum over everything.
// Which checkpoints a folder has is not known here.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "io/atomic_file.hpp"
#include "tapegrad/state_dict.hpp"

namespace tapegrad::io {

/// The first part of every name in the metadata that is not the user's.
inline constexpr std::string_view reserved_metadata = "tapegrad.";

struct Checkpoint {
  std::int64_t step = 0;
  StateDict state;
  /// The user's.
  std::map<std::string, std::string> metadata = {};
};

/// Writes all of it; the caller commits. Errors name `path`.
void write_checkpoint(AtomicFile& file, std::string_view operation, std::string_view path,
                      const Checkpoint& checkpoint);

/// Reads a checkpoint whose every bit is as it was written, and whose name, if it is one that Saver
/// gives, says its step. The tensors look into a mapping of the file. Throws IoError for anything
/// else.
Checkpoint read_checkpoint(std::string_view operation, const std::string& path);

}  // namespace tapegrad::io
