// Folders: making them, opening them, writing them to the disk. Files in them are not known here.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "io/descriptor.hpp"

namespace tapegrad::io {

/// Makes the folder and those above it where they are missing, and writes their names to the disk.
/// At the end of the scope those that it made, and that nothing came into, are removed again: what
/// fails on a full disk leaves no empty folders.
class MadeFolder {
 public:
  /// Throws IoError, which `operation` opens.
  MadeFolder(std::string_view operation, const std::string& folder);
  MadeFolder(const MadeFolder&) = delete;
  MadeFolder& operator=(const MadeFolder&) = delete;
  ~MadeFolder() { remove_empty(); }

 private:
  void make(std::string_view operation, const std::string& folder);
  void remove_empty();

  std::vector<std::string> made_;  // outer ones first
};

/// The folder as it stands; not open when it can't be opened, with errno set.
Descriptor open_folder(const std::string& folder);

/// Writes the names in a folder to the disk. False, with errno set, when that fails.
bool sync_folder(const std::string& folder);

}  // namespace tapegrad::io
