// The parts of a checkpoint as one list of named tensors, and back. Files are not known here.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>

#include "tapegrad/io/saver.hpp"

namespace tapegrad::io {

/// "model" for "model.linear.weight" and for "model".
std::string_view part_of(std::string_view entry);

/// "linear.weight" of part "model": "model.linear.weight"; "" of it: "model".
std::string entry_name(std::string_view part, std::string_view name);

/// The state of each part that occurs in a checkpoint.
std::map<std::string, StateDict, std::less<>> split_by_part(const StateDict& all);

/// The states of all parts under their names. Shares storage with the parts.
StateDict join_parts(std::span<const detail::Part> parts);

/// Gives each part its state. Throws IoError, naming `path` and the entry, when one doesn't fit;
/// all parts are then as they were.
void load_parts(std::span<const detail::Part> parts, const StateDict& all, std::string_view path);

}  // namespace tapegrad::io
