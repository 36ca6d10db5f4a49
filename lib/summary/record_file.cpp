#include "summary/record_file.hpp"

#include <fcntl.h>
#include <isa-l/crc.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <limits>

#include "core/check.hpp"
#include "io/system_error.hpp"

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

/// The size of the whole records at the front of `records` that end within `written` bytes.
std::size_t whole_records(std::string_view records, std::size_t written) {
  constexpr std::size_t frame = 8 + 4 + 4;
  std::size_t end = 0;
  while (end + frame <= written) {
    std::uint64_t length = 0;
    for (std::size_t i = 8; i-- > 0;) {
      length = length << 8 | static_cast<unsigned char>(records[end + i]);
    }
    if (length > written - end - frame) break;
    end += frame + static_cast<std::size_t>(length);
  }
  return end;
}

}  // namespace

std::uint32_t masked_crc32c(std::string_view bytes) {
  const std::uint32_t crc = crc32c(bytes);
  return ((crc >> 15) | (crc << 17)) + 0xa282ead8u;
}

void append_record(std::string& out, std::string_view record) {
  const std::size_t start = out.size();
  out.reserve(start + 16 + record.size());  // all of it or nothing
  append_little_endian(out, static_cast<std::uint64_t>(record.size()));
  append_little_endian(out, masked_crc32c(std::string_view(out).substr(start)));
  out.append(record);
  append_little_endian(out, masked_crc32c(record));
}

RecordFile::~RecordFile() {
  if (descriptor_.is_open() && whole_ == 0) remove();
}

void RecordFile::open() {
  const std::string folder = std::filesystem::path(path_).parent_path().string();
  folder_.emplace("summary", folder);
  descriptor_ = io::Descriptor(
      ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0666));
  if (descriptor_.is_open()) return;
  const int reason = errno;
  folder_.reset();
  fail_with("can't be made", reason);
}

void RecordFile::write(std::string& records) {
  if (!descriptor_.is_open()) open();
  if (torn_) cut_torn_record();
  std::size_t written = 0;
  while (written < records.size()) {
    const ssize_t count =
        ::write(descriptor_.number(), records.data() + written, records.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) break;
    written += static_cast<std::size_t>(count);
  }
  const int reason = errno;  // of what follows only if the loop broke off
  const bool complete = written == records.size();
  const std::size_t whole = complete ? written : whole_records(records, written);
  whole_ += whole;
  records.erase(0, whole);
  if (complete) return;
  torn_ = true;
  cut_torn_record();
  fail_with("can't be written", reason);
}

/// A file that can't be cut now is tried again before anything is appended to it.
void RecordFile::cut_torn_record() {
  if (::ftruncate(descriptor_.number(), static_cast<off_t>(whole_)) != 0) {
    fail_with("can't be cut back to its last whole record", errno);
  }
  torn_ = false;
}

void RecordFile::sync() {
  if (!descriptor_.is_open()) return;
  int result = 0;
  do {
    result = ::fsync(descriptor_.number());
  } while (result != 0 && errno == EINTR);
  // Pipes and some file systems can't; what they have is all there is.
  if (result != 0 && errno != EINVAL && errno != EROFS) fail_with("can't be synced", errno);
}

void RecordFile::remove() {
  if (descriptor_.is_open()) ::unlink(path_.c_str());
}

void RecordFile::check_still_there() const {
  if (!descriptor_.is_open()) return;
  // Not by its name alone: the folder may be out of sight for a while, or the path a relative one.
  struct stat open {};
  if (::fstat(descriptor_.number(), &open) != 0) fail_with("can't be looked at", errno);
  if (open.st_nlink > 0) return;
  struct stat named {};
  fail<Gone>("summary: {} was {} while it was written", path_,
             ::stat(path_.c_str(), &named) == 0 ? "replaced" : "removed");
}

void RecordFile::fail_with(std::string_view what, int reason) const {
  io::fail_of_system(reason, "summary: {} {}", path_, what);
}

}  // namespace tapegrad::summary
