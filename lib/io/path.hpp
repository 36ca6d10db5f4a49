// Paths as users give them.
#pragma once

#include <string_view>

namespace tapegrad::io {

/// Throws IoError for a path with a NUL, where the system would end it: another file would be
/// meant.
void check_path(std::string_view operation, std::string_view path);

}  // namespace tapegrad::io
