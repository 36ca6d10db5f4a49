// Offsets are those of APPNOTE.TXT, 4.3.12 to 4.3.16 and 4.6.9.
#include "io/zip_names.hpp"

#include <cstdint>

#include "io/number_at.hpp"

namespace tapegrad::io {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t end_size = 22, locator_size = 20, header_size = 46;
constexpr std::uint64_t elsewhere = 0xffffffff;

/// Empty where the bytes end before.
std::string_view piece(std::string_view bytes, std::uint64_t offset, std::uint64_t size) {
  return offset > bytes.size() || size > bytes.size() - offset ? "" : bytes.substr(offset, size);
}

std::string_view unicode_path(std::string_view extra) {
  constexpr std::uint64_t id = 0x7075;
  constexpr std::size_t before_name = 5;  // a version and a checksum
  while (extra.size() >= 4) {
    const std::string_view field = piece(extra, 4, number_at(extra, 2, 2));
    if (number_at(extra, 0, 2) == id && field.size() > before_name) {
      return field.substr(before_name);
    }
    extra.remove_prefix(4 + field.size());
  }
  return {};
}

}  // namespace

std::optional<std::vector<ZipName>> names_in_directory(const Input& input) {
  const std::string_view bytes = input.text(0, input.size);
  const std::size_t end = bytes.rfind("PK\5\6"sv);
  if (end == bytes.npos || bytes.size() - end < end_size) return std::nullopt;
  std::uint64_t count = number_at(bytes, end + 10, 2);
  std::uint64_t at = number_at(bytes, end + 16, 4);
  if (end >= locator_size && piece(bytes, end - locator_size, 4) == "PK\6\7"sv) {
    const std::uint64_t end64 = number_at(bytes, end - locator_size + 8, 8);
    if (piece(bytes, end64, 4) != "PK\6\6"sv) return std::nullopt;
    if (count == 0xffff) count = number_at(bytes, end64 + 32, 8);
    if (at == elsewhere) at = number_at(bytes, end64 + 48, 8);
  }
  std::vector<ZipName> names;
  while (names.size() < count) {
    const std::string_view header = piece(bytes, at, header_size);
    if (!header.starts_with("PK\1\2"sv)) return std::nullopt;
    const std::uint64_t name = number_at(header, 28, 2);
    const std::uint64_t extra = number_at(header, 30, 2);
    names.push_back({piece(bytes, at + header_size, name),
                     unicode_path(piece(bytes, at + header_size + name, extra))});
    if (names.back().bytes.size() != name) return std::nullopt;
    at += header_size + name + extra + number_at(header, 32, 2);
  }
  return names;
}

}  // namespace tapegrad::io
