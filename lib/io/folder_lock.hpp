// One process at a time in a folder.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "io/descriptor.hpp"

namespace tapegrad::io {

/// What happens while somebody else has the folder.
struct LockOptions {
  /// So long the constructor waits; then it throws IoError. Infinity: for ever.
  double timeout_seconds = 60;
  /// Told once, after a second, who is waited for.
  std::function<void(const std::string&)> on_wait = {};
};

/// While one of these lives no other is made for the same folder, by any thread or process: the
/// constructor waits, and throws IoError, which `operation` opens and which names the holder, when
/// it has waited for too long. Nothing is left behind when the process dies. Where the file system
/// can't lock a folder, nobody waits.
class FolderLock {
 public:
  FolderLock(std::string_view operation, const std::string& folder,
             const LockOptions& options = {});
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;
  ~FolderLock();

 private:
  Descriptor folder_;
};

}  // namespace tapegrad::io
