#include "io/atomic_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

#include "core/check.hpp"
#include "io/folder.hpp"
#include "io/path.hpp"
#include "io/system_error.hpp"

namespace tapegrad::io {
namespace {

constexpr std::string_view temporary_suffix = ".tmp";

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

/// Whether the open file is still the one that has this name.
bool is_named(const Descriptor& file, const std::string& path) {
  struct stat open {};
  struct stat named {};
  return ::fstat(file.number(), &open) == 0 && ::stat(path.c_str(), &named) == 0 &&
         open.st_dev == named.st_dev && open.st_ino == named.st_ino;
}

bool is_temporary(std::string_view name, std::string_view prefix) {
  if (!name.starts_with(prefix) || !name.ends_with(temporary_suffix)) return false;
  name.remove_prefix(prefix.size());
  return name.find_first_not_of("0123456789-") == name.size() - temporary_suffix.size();
}

}  // namespace

AtomicFile::AtomicFile(std::string operation, std::string path, std::string_view prefix,
                       Links links)
    : operation_(std::move(operation)),
      path_(std::move(path)),
      target_(links == Links::followed ? resolved(path_) : path_),
      folder_(folder_of(target_)) {
  check_path(operation_, path_);
  struct stat facts {};
  const bool there = ::lstat(target_.c_str(), &facts) == 0 && !S_ISLNK(facts.st_mode);
  check<IoError>(!there || S_ISREG(facts.st_mode),
                 "{}: not a file that can be replaced: {}; give another path, or move it away",
                 operation_, path_);
  create_temporary(prefix);
  if (there && ::fchmod(file_.number(), facts.st_mode & 07777) != 0) {
    fail("cannot keep the permissions of");
  }
}

AtomicFile::Temporary::~Temporary() {
  if (!path.empty()) ::unlink(path.c_str());
}

void AtomicFile::create_temporary(std::string_view prefix) {
  static std::atomic<unsigned> count{0};
  do {
    temporary_.path =
        fmt::format("{}/{}{}-{}{}", folder_, prefix, ::getpid(), count++, temporary_suffix);
    file_ =
        Descriptor(::open(temporary_.path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  } while (file_.is_open() ? !claimed() : errno == EEXIST);
  if (!file_.is_open()) {
    temporary_.path.clear();
    fail("cannot create");
  }
}

// False when remove_abandoned() met the file before it was locked. Where the file system knows no
// locks, nobody else gets one.
bool AtomicFile::claimed() const {
  if (::flock(file_.number(), LOCK_EX | LOCK_NB) != 0) return errno != EWOULDBLOCK;
  return is_named(file_, temporary_.path);
}

void AtomicFile::write(std::span<const std::byte> bytes) {
  synced_ = false;
  while (!bytes.empty()) {
    const ssize_t count = ::write(file_.number(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail("cannot write");
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
}

void AtomicFile::overwrite(std::uint64_t offset, std::string_view text) {
  synced_ = false;
  while (!text.empty()) {
    const ssize_t count =
        ::pwrite(file_.number(), text.data(), text.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail("cannot write");
    offset += static_cast<std::uint64_t>(count);
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

void AtomicFile::sync() {
  // Only the descriptor that wrote is sure to be told of an error that is behind it. A library that
  // wrote by name may have put another file there.
  Descriptor renamed;
  if (!is_named(file_, temporary_.path)) {
    renamed = Descriptor(::open(temporary_.path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!renamed.is_open()) fail("cannot write to the disk");
  }
  const Descriptor& written = renamed.is_open() ? renamed : file_;
  if (::fsync(written.number()) != 0) fail("cannot write to the disk");
  synced_ = true;
}

void AtomicFile::commit() {
  if (!synced_) sync();
  if (::rename(temporary_.path.c_str(), target_.c_str()) != 0) fail("cannot put in place");
  temporary_.path.clear();
  file_.close();
  if (!sync_folder(folder_)) fail("cannot write the folder to the disk of");
}

void AtomicFile::remove_abandoned(const std::string& folder, std::string_view prefix) {
  std::error_code error;
  std::filesystem::directory_iterator entry(folder, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    if (!is_temporary(entry->path().filename().string(), prefix)) continue;
    const std::string path = entry->path().string();
    // For writing, without which some network file systems give no lock.
    const Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (!file.is_open() || ::flock(file.number(), LOCK_EX | LOCK_NB) != 0) continue;
    if (is_named(file, path)) ::unlink(path.c_str());
  }
}

void AtomicFile::fail(std::string_view what) const {
  fail_of_system(errno, "{}: {}: {}", operation_, what, path_);
}

}  // namespace tapegrad::io
