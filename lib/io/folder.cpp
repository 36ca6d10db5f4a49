#include "io/folder.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "core/check.hpp"
#include "io/system_error.hpp"

namespace tapegrad::io {

Descriptor open_folder(const std::string& folder) {
  return Descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

MadeFolder::MadeFolder(std::string_view operation, const std::string& folder) {
  try {
    make(operation, folder);
  } catch (...) {
    remove_empty();
    throw;
  }
}

void MadeFolder::make(std::string_view operation, const std::string& folder) {
  std::filesystem::path made;
  for (const std::filesystem::path& part : std::filesystem::path(folder)) {
    const std::string above = made.empty() ? "." : made.string();
    made /= part;
    if (::mkdir(made.c_str(), 0777) == 0) {
      made_.push_back(made.string());
      if (!sync_folder(above)) {
        fail_of_system(errno, "{}: cannot write to the disk: {}", operation, above);
      }
      continue;
    }
    const int reason = errno;
    struct stat facts {};
    const bool there = ::stat(made.c_str(), &facts) == 0;
    check<IoError>(!there || S_ISDIR(facts.st_mode), "{}: not a folder: {}", operation,
                   made.string());
    if (!there) fail_of_system(reason, "{}: cannot make the folder: {}", operation, made.string());
  }
}

void MadeFolder::remove_empty() {
  for (; !made_.empty(); made_.pop_back()) ::rmdir(made_.back().c_str());
}

bool sync_folder(const std::string& folder) {
  const Descriptor descriptor = open_folder(folder);
  // Some network file systems refuse to sync a folder; the rename is all there is then.
  return descriptor.is_open() && (::fsync(descriptor.number()) == 0 || errno == EINVAL);
}

}  // namespace tapegrad::io
