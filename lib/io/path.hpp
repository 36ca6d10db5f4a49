// Paths as users give them, and the names of what is in a file.
#pragma once

#include <string_view>

namespace tapegrad::io {

/// Throws IoError for a path with a NUL, where the system would end it: another file would be
/// meant.
void check_path(std::string_view operation, std::string_view path);

/// Throws IoError for the name of a tensor or of metadata with a NUL, where a reader in C would end
/// it. `target` is the file that it is written to.
void check_name(std::string_view operation, std::string_view name, std::string_view target);

/// Why the name of a file in an archive would lead unpackers out of their folder, or to another
/// file than it says; empty for one that doesn't.
std::string_view problem_of_entry(std::string_view name);

}  // namespace tapegrad::io
