#include "io/folder.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "core/check.hpp"

namespace tapegrad::io {

Descriptor open_folder(const std::string& folder) {
  return Descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

void make_folder(std::string_view operation, const std::string& folder) {
  std::filesystem::path made;
  for (const std::filesystem::path& part : std::filesystem::path(folder)) {
    const std::string above = made.empty() ? "." : made.string();
    made /= part;
    if (::mkdir(made.c_str(), 0777) == 0) {
      const bool written = sync_folder(above);  // before the arguments below look at errno
      check<IoError>(written, "{}: cannot write to the disk: {}: {}", operation, above,
                     std::strerror(errno));
      continue;
    }
    const int reason = errno;
    struct stat facts {};
    const bool there = ::stat(made.c_str(), &facts) == 0;
    check<IoError>(!there || S_ISDIR(facts.st_mode), "{}: not a folder: {}", operation,
                   made.string());
    check<IoError>(there, "{}: cannot make the folder: {}: {}", operation, made.string(),
                   std::strerror(reason));
  }
}

bool sync_folder(const std::string& folder) {
  const Descriptor descriptor = open_folder(folder);
  // Some network file systems refuse to sync a folder; the rename is all there is then.
  return descriptor.is_open() && (::fsync(descriptor.number()) == 0 || errno == EINVAL);
}

}  // namespace tapegrad::io
