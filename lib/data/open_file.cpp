#include "data/open_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "core/check.hpp"
#include "io/path.hpp"
#include "io/system_error.hpp"

namespace tapegrad::data {

OpenFile::OpenFile(std::string operation, std::string path)
    : operation_(std::move(operation)), path_(std::move(path)) {
  io::check_path(operation_, path_);
  // A pipe without a writer would be waited for.
  file_ = io::Descriptor(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file_.is_open()) io::fail_of_system(errno, "{}: cannot open: {}", operation_, path_);
  struct stat facts {};
  if (::fstat(file_.number(), &facts) != 0) {
    io::fail_of_system(errno, "{}: cannot look at: {}", operation_, path_);
  }
  check<IoError>(S_ISREG(facts.st_mode),
                 "{}: this is a {}: {}; what is read in any order is a file", operation_,
                 S_ISDIR(facts.st_mode) ? "folder" : "pipe or a device", path_);
  size_ = static_cast<std::uint64_t>(facts.st_size);
}

void OpenFile::read(std::uint64_t offset, std::span<std::byte> to) const {
  while (!to.empty()) {
    const ssize_t count = ::pread(file_.number(), to.data(), to.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) io::fail_of_system(errno, "{}: cannot read: {}", operation_, path_);
    check<IoError>(count > 0,
                   "{}: the file has become shorter: it had {} bytes and ends at byte {} now: {}",
                   operation_, size_, offset, path_);
    offset += static_cast<std::uint64_t>(count);
    to = to.subspan(static_cast<std::size_t>(count));
  }
}

}  // namespace tapegrad::data
