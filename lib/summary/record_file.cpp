#include "summary/record_file.hpp"

#include <fcntl.h>
#include <isa-l/crc.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <limits>
#include <system_error>

#include "core/check.hpp"

namespace tapegrad::summary {
namespace {

std::uint32_t crc32c(std::string_view bytes) {
  std::uint32_t crc = ~std::uint32_t{0};
  while (!bytes.empty()) {  // the library counts bytes in an int
    const std::size_t part =
        std::min<std::size_t>(bytes.size(), std::numeric_limits<int>::max() / 2);
    auto* data = reinterpret_cast<unsigned char*>(const_cast<char*>(bytes.data()));
    crc = crc32_iscsi(data, static_cast<int>(part), crc);
    bytes.remove_prefix(part);
  }
  return ~crc;
}

template <class T>
void append_little_endian(std::string& out, T value) {
  std::array<char, sizeof(T)> bytes{};
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    bytes[i] = static_cast<char>(static_cast<unsigned char>(value >> (8 * i)));
  }
  out.append(bytes.data(), bytes.size());
}

}  // namespace

std::uint32_t masked_crc32c(std::string_view bytes) {
  const std::uint32_t crc = crc32c(bytes);
  return ((crc >> 15) | (crc << 17)) + 0xa282ead8u;
}

void append_record(std::string& out, std::string_view record) {
  const std::size_t start = out.size();
  append_little_endian(out, static_cast<std::uint64_t>(record.size()));
  append_little_endian(out, masked_crc32c(std::string_view(out).substr(start)));
  out.append(record);
  append_little_endian(out, masked_crc32c(record));
}

RecordFile::RecordFile(std::string path) : path_(std::move(path)) {
  descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0666);
  if (descriptor_ < 0) fail_with("can't be made");
}

RecordFile::~RecordFile() { ::close(descriptor_); }

void RecordFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail_with("can't be written");
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void RecordFile::sync() {
  int result = 0;
  do {
    result = ::fsync(descriptor_);
  } while (result != 0 && errno == EINTR);
  // Pipes and some file systems can't; what they have is all there is.
  if (result != 0 && errno != EINVAL && errno != EROFS) fail_with("can't be synced");
}

void RecordFile::remove() { ::unlink(path_.c_str()); }

void RecordFile::check_still_there() const {
  struct stat named {};
  struct stat open {};
  if (::fstat(descriptor_, &open) != 0) fail_with("can't be looked at");
  if (::stat(path_.c_str(), &named) != 0) fail_with("was removed while it was written");
  check<IoError>(named.st_ino == open.st_ino && named.st_dev == open.st_dev,
                 "summary: {} was replaced while it was written", path_);
}

void RecordFile::fail_with(std::string_view what) const {
  const int reason = errno;
  fail<IoError>("summary: {} {}: {}", path_, what, std::generic_category().message(reason));
}

}  // namespace tapegrad::summary
