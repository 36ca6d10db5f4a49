#include "io/folder_lock.hpp"

#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <fstream>
#include <optional>
#include <sstream>
#include <thread>
#include <utility>

#include "core/check.hpp"
#include "io/folder.hpp"

namespace tapegrad::io {
namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

/// The process that a line of /proc/locks names, if it is about a lock of this inode.
///   1: FLOCK  ADVISORY  WRITE 1234 08:01:5678 0 EOF
std::optional<int> holder_in(const std::string& line, const std::string& inode) {
  std::istringstream words(line);
  std::string number, kind, mode, access, process, file;
  words >> number >> kind >> mode >> access >> process >> file;
  if (kind != "FLOCK" || !file.ends_with(inode)) return std::nullopt;
  int id = 0;
  std::from_chars(process.data(), process.data() + process.size(), id);
  return id > 0 ? std::optional(id) : std::nullopt;
}

/// Who holds the lock, as far as the system tells. The device is not compared where it isn't the
/// one that stat() names, as for folders of an overlay.
std::string holder_of(const Descriptor& folder) {
  struct stat facts {};
  if (::fstat(folder.number(), &facts) != 0) return "another program";
  const std::string inode = fmt::format(":{}", facts.st_ino);
  const std::string whole =
      fmt::format("{:02x}:{:02x}{}", major(facts.st_dev), minor(facts.st_dev), inode);
  std::optional<int> found;
  std::ifstream locks("/proc/locks");
  for (std::string line; std::getline(locks, line);) {
    if (const auto exact = holder_in(line, whole)) {
      found = exact;
      break;
    }
    if (const auto similar = holder_in(line, inode)) found = similar;
  }
  if (!found) return "another program";
  return *found == ::getpid() ? fmt::format("this process, {},", *found)
                              : fmt::format("process {}", *found);
}

/// False when somebody else has it. Where there are no locks, everybody gets one.
bool try_to_lock(const Descriptor& folder) {
  while (::flock(folder.number(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return false;
    if (errno != EINTR) break;
  }
  return true;
}

}  // namespace

FolderLock::FolderLock(std::string_view operation, const std::string& folder,
                       const LockOptions& options)
    : folder_(open_folder(folder)) {
  if (!folder_.is_open()) return;
  const Clock::time_point start = Clock::now();
  constexpr Seconds longest_pause(0.02);
  Seconds pause(0.0005);
  bool told = false;
  while (!try_to_lock(folder_)) {
    const Seconds waited = Clock::now() - start;
    check<IoError>(waited.count() < options.timeout_seconds,
                   "{}: waited {} s for the folder {}, which {} has locked", operation,
                   options.timeout_seconds, folder, holder_of(folder_));
    if (options.on_wait && waited >= Seconds(1) && !std::exchange(told, true)) {
      options.on_wait(fmt::format("{}: waiting for the folder {}, which {} has locked", operation,
                                  folder, holder_of(folder_)));
    }
    std::this_thread::sleep_for(pause);
    pause = std::min(2 * pause, longest_pause);
  }
}

// Not left to closing: a child that was forked in the meantime would keep the lock.
FolderLock::~FolderLock() {
  if (folder_.is_open()) ::flock(folder_.number(), LOCK_UN);
}

}  // namespace tapegrad::io
