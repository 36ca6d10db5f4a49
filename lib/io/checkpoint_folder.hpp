// Which checkpoints a folder has, and in which order they were saved: the names of their files and
// the state file `checkpoint`. What is in a checkpoint is not known here.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tapegrad::io {

/// How the names of temporary files in a folder of checkpoints start.
inline constexpr std::string_view checkpoint_temporary = ".tapegrad-saver-";

/// FOLDER/ckpt-STEP.safetensors
std::string checkpoint_path(const std::string& folder, std::int64_t step);

/// What the list or the folder has for a checkpoint.
struct Candidate {
  std::string path;
  /// Why it can't be one; empty for a file, which isn't opened to find out.
  std::string problem = {};
};

/// The checkpoints of a folder, oldest first, in the order of the state file, whose entries must
/// stay within the folder. Those that it doesn't name come last if they are newer than it, else
/// first. By their steps when it is missing, or can't be read, which is the last candidate then.
/// Empty for a folder that doesn't exist; throws IoError, which `operation` opens, for one that
/// can't be read.
std::vector<Candidate> checkpoints_in(std::string_view operation, const std::string& folder);

/// How many checkpoints stay.
struct Retention {
  /// The newest ones; 0 for all.
  std::int64_t max_to_keep = 0;
  /// And the multiples of this step; 0 for none.
  std::int64_t keep_every = 0;
};

/// Makes the checkpoint of `step`, which is there, the newest one: writes the state file, then
/// removes what needn't stay. Throws IoError, which says what to do, where a folder or a pipe
/// stands in the place of the state file. The caller holds the folder's lock.
void record_checkpoint(std::string_view operation, const std::string& folder, std::int64_t step,
                       const Retention& retention);

}  // namespace tapegrad::io
