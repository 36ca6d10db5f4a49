// The text of the file named `checkpoint`, as TensorFlow has it: protobuf's text format of the
// message CheckpointState. Whether the files that it names exist is not known here.
//   Source: https://protobuf.dev/reference/protobuf/textformat-spec/
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tapegrad::io {

struct CheckpointState {
  /// The field model_checkpoint_path: the newest one.
  std::string newest;
  /// The fields all_model_checkpoint_paths, oldest first.
  std::vector<std::string> all;
};

std::string print_checkpoint_state(const CheckpointState& state);

/// Other fields, such as TensorFlow's timestamps, are passed over. Nothing for a text that breaks
/// off, isn't of this format or names no newest path.
std::optional<CheckpointState> parse_checkpoint_state(std::string_view text);

}  // namespace tapegrad::io
