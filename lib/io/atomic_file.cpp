#include "io/atomic_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <utility>

#include "core/check.hpp"

namespace tapegrad::io {
namespace {

/// Where a write to `path` ends up: the target of a symbolic link, else the path itself.
std::string resolved(const std::string& path) {
  struct stat facts {};
  if (::lstat(path.c_str(), &facts) != 0 || !S_ISLNK(facts.st_mode)) return path;
  const std::unique_ptr<char, decltype(&std::free)> target(::realpath(path.c_str(), nullptr),
                                                           &std::free);
  return target ? std::string(target.get()) : path;
}

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

bool sync_folder(const std::string& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return false;
  // Some network file systems refuse to sync a folder; the rename is all there is then.
  const bool done = ::fsync(descriptor) == 0 || errno == EINVAL;
  ::close(descriptor);
  return done;
}

}  // namespace

AtomicFile::AtomicFile(std::string operation, std::string path, std::string target)
    : operation_(std::move(operation)),
      path_(std::move(path)),
      folder_(folder_of(target)),
      target_(std::move(target)) {}

// Delegates, so that the destructor cleans up when the body throws.
AtomicFile::AtomicFile(std::string operation, std::string path)
    : AtomicFile(std::move(operation), path, resolved(path)) {
  struct stat facts {};
  const bool there = ::stat(target_.c_str(), &facts) == 0;
  check<IoError>(!there || S_ISREG(facts.st_mode), "{}: not a file that can be replaced: {}",
                 operation_, path_);
  create_temporary();
  if (there && ::fchmod(descriptor_, facts.st_mode & 07777) != 0) {
    fail_of_system("cannot keep the permissions of");
  }
}

AtomicFile::~AtomicFile() {
  close();
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void AtomicFile::create_temporary() {
  static std::atomic<unsigned> count{0};
  do {
    temporary_ = fmt::format("{}/.tapegrad-{}-{}.tmp", folder_, ::getpid(), count++);
    descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  } while (descriptor_ < 0 && errno == EEXIST);
  if (descriptor_ < 0) {
    temporary_.clear();
    fail_of_system("cannot create");
  }
}

void AtomicFile::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(descriptor_, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail_of_system("cannot write");
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
}

void AtomicFile::commit() {
  close();
  // By name, because the file there may have been replaced since it was created.
  descriptor_ = ::open(temporary_.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor_ < 0 || ::fsync(descriptor_) != 0) fail_of_system("cannot write to the disk");
  if (::rename(temporary_.c_str(), target_.c_str()) != 0) fail_of_system("cannot put in place");
  temporary_.clear();
  if (!sync_folder(folder_)) fail_of_system("cannot write the folder to the disk of");
}

void AtomicFile::close() {
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

void AtomicFile::fail_of_system(std::string_view what) const {
  fail<IoError>("{}: {}: {}: {}", operation_, what, path_, std::strerror(errno));
}

}  // namespace tapegrad::io
