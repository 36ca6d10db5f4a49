// Writing archives.
#include <cstdint>
#include <limits>
#include <memory>

#include "io/path.hpp"
#include "io/zip_archive.hpp"
#include "io/zip_error.hpp"

namespace tapegrad::io {
namespace {

bool add(zip_t* archive, const ZipFile& file, bool compress) {
  std::vector<zip_buffer_fragment_t> fragments;
  for (const std::span<const std::byte> piece : file.pieces) {
    auto* bytes = reinterpret_cast<zip_uint8_t*>(const_cast<std::byte*>(piece.data()));
    if (!piece.empty()) fragments.push_back({bytes, piece.size()});
  }
  ZipError error;
  zip_source_t* source =
      zip_source_buffer_fragment_create(fragments.data(), fragments.size(), 0, &error);
  if (!source) return false;
  const std::int64_t index = zip_file_add(archive, file.name.c_str(), source, ZIP_FL_ENC_UTF_8);
  if (index < 0) {
    zip_source_free(source);
    return false;
  }
  const auto at = static_cast<std::uint64_t>(index);
  constexpr zip_uint16_t first_of_january_1980 = 0x21;
  return zip_set_file_compression(archive, at, compress ? ZIP_CM_DEFLATE : ZIP_CM_STORE, 0) == 0 &&
         zip_file_set_dostime(archive, at, 0, first_of_january_1980, 0) == 0;
}

}  // namespace

void write_zip(const std::string& operation, const std::string& target, const std::string& path,
               std::span<const ZipFile> files, bool compress) {
  int code = 0;
  std::unique_ptr<zip_t, decltype(&zip_discard)> archive(
      zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code), &zip_discard);
  check<IoError>(archive != nullptr, "{}: cannot write a zip archive: {}", operation, target);
  for (const ZipFile& file : files) {
    // libzip cuts off what the format has no room for, and what stands behind a NUL.
    constexpr std::size_t longest = std::numeric_limits<std::uint16_t>::max();
    check<IoError>(file.name.size() <= longest, "{}: a name of {} bytes, {}: {}; at most {} fit",
                   operation, file.name.size(), shown(file.name), target, longest);
    check_name(operation, file.name, target);
    const std::string_view problem = problem_of_entry(file.name);
    check<IoError>(problem.empty(), "{}: cannot add {}: {}: {}", operation, shown(file.name),
                   problem, target);
    const bool added = add(archive.get(), file, compress);  // before its reason is asked for
    check<IoError>(added, "{}: cannot add {}: {}: {}; is the name UTF-8?", operation,
                   shown(file.name), zip_strerror(archive.get()), target);
  }
  if (zip_close(archive.get()) != 0) {
    fail<IoError>("{}: cannot write: {}: {}", operation, target, zip_strerror(archive.get()));
  }
  archive.release();  // closed: there is nothing left to discard
}

}  // namespace tapegrad::io
