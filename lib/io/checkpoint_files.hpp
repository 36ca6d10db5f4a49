// What stands in a folder of checkpoints in the places of their files, seen in one reading of the
// folder: a look at each of 100,000 names would take seconds. In which order they were saved is not
// known here.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tapegrad::io {

/// Why there can't be a checkpoint at `path`, or a list of them; empty for a file. A pipe isn't
/// opened, which would wait for a writer.
std::string problem_of(const std::string& path);

class CheckpointFiles {
 public:
  /// Nothing is in a folder that doesn't exist. Throws IoError, which `operation` opens, for one
  /// that can't be read.
  CheckpointFiles(std::string_view operation, const std::string& folder);

  /// In the names that Saver gives, ascending.
  const std::vector<std::int64_t>& steps() const { return steps_; }

  /// Why there is no checkpoint of this step; empty for a file, which isn't opened to find out.
  std::string problem_of_step(std::int64_t step) const;
  /// The same for a path below the folder that Saver didn't give. Symbolic links must not lead out
  /// of the folder.
  std::string problem_below(const std::string& path) const;

 private:
  std::string folder_;
  std::string whole_folder_;  // without links
  std::vector<std::int64_t> steps_;
  std::unordered_map<std::int64_t, bool> is_plain_;  // a file, by step; a link isn't one
};

}  // namespace tapegrad::io
