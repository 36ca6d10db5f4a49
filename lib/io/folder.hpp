// Folders: making them, writing them to the disk, one process at a time. Files in them are not
// known here.
#pragma once

#include <string>
#include <string_view>

#include "io/descriptor.hpp"

namespace tapegrad::io {

/// Makes the folder and those above it where they are missing, and writes their names to the disk.
/// Throws IoError, which `operation` opens.
void make_folder(std::string_view operation, const std::string& folder);

/// Writes the names in a folder to the disk. False, with errno set, when that fails.
bool sync_folder(const std::string& folder);

/// While one of these lives no other is made for the same folder, by any thread or process: the
/// constructor waits. Nothing is left behind when the process dies. Where the file system can't
/// lock a folder, nobody waits.
class FolderLock {
 public:
  explicit FolderLock(const std::string& folder);
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;
  ~FolderLock();

 private:
  Descriptor folder_;
};

}  // namespace tapegrad::io
