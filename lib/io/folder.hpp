// Folders: making them, opening them, writing them to the disk. Files in them are not known here.
#pragma once

#include <string>
#include <string_view>

#include "io/descriptor.hpp"

namespace tapegrad::io {

/// Makes the folder and those above it where they are missing, and writes their names to the disk.
/// Throws IoError, which `operation` opens.
void make_folder(std::string_view operation, const std::string& folder);

/// The folder as it stands; not open when it can't be opened, with errno set.
Descriptor open_folder(const std::string& folder);

/// Writes the names in a folder to the disk. False, with errno set, when that fails.
bool sync_folder(const std::string& folder);

}  // namespace tapegrad::io
