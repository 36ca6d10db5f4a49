// The names in an archive as its bytes have them. libzip gives names as texts that end with a NUL,
// so that what stands behind one can't be seen with it.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "io/input.hpp"

namespace tapegrad::io {

struct ZipName {
  std::string_view bytes;
  /// Others take the place of the first for programs that know the field "Unicode path".
  std::string_view unicode = {};
};

/// The names in the archive's directory, in its order; nothing where that can't be followed.
std::optional<std::vector<ZipName>> names_in_directory(const Input& input);

}  // namespace tapegrad::io
