// Sections of an ELF file in memory, and a cursor through their bytes.
#pragma once

#include <elf.h>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

namespace tapegrad::elf {

using Bytes = std::span<const std::byte>;

/// Reads on; past the end everything is 0, and `good` false.
class Cursor {
 public:
  explicit Cursor(Bytes bytes) : rest_(bytes) {}
  bool good() const { return good_; }
  bool at_end() const { return rest_.empty(); }
  Bytes take(std::uint64_t count) {
    if (count > rest_.size()) {
      good_ = false;
      count = rest_.size();
    }
    const Bytes taken = rest_.first(count);
    rest_ = rest_.subspan(count);
    return taken;
  }
  template <class T>
  T number() {
    T value{};
    const Bytes bytes = take(sizeof(T));
    if (bytes.size() == sizeof(T)) std::memcpy(&value, bytes.data(), sizeof(T));
    return value;
  }
  std::uint64_t uleb() { return leb(false); }
  std::int64_t sleb() { return std::bit_cast<std::int64_t>(leb(true)); }
  std::string text() {
    std::string text;
    while (const char c = number<char>()) text += c;
    return text;
  }

 private:
  std::uint64_t leb(bool is_signed) {
    std::uint64_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
      const auto byte = number<std::uint8_t>();
      if (shift < 64) value |= std::uint64_t{byte & 0x7fu} << shift;
      if (byte & 0x80u) continue;
      if (is_signed && (byte & 0x40u) && shift + 7 < 64) value |= ~std::uint64_t{0} << (shift + 7);
      return value;
    }
  }

  Bytes rest_;
  bool good_ = true;
};

/// The sections with these bytes; empty where there are none.
struct Sections {
  Bytes lines, line_texts, texts;
};

template <class T>
T at(Bytes bytes, std::uint64_t offset) {
  return Cursor(offset < bytes.size() ? bytes.subspan(offset) : Bytes()).number<T>();
}

inline Bytes contents(Bytes elf, const Elf64_Shdr& section) {
  const bool fits = section.sh_offset <= elf.size() &&
                    section.sh_size <= elf.size() - section.sh_offset &&
                    !(section.sh_flags & SHF_COMPRESSED) && section.sh_type != SHT_NOBITS;
  return fits ? elf.subspan(section.sh_offset, section.sh_size) : Bytes();
}

inline std::string text_at(Bytes texts, std::uint64_t offset) {
  return offset < texts.size() ? Cursor(texts.subspan(offset)).text() : std::string();
}

inline Sections sections_of(Bytes elf) {
  const auto header = at<Elf64_Ehdr>(elf, 0);
  Sections found;
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_ident[EI_CLASS] != ELFCLASS64) {
    return found;
  }
  const auto section = [&](std::uint64_t i) {
    return at<Elf64_Shdr>(elf, header.e_shoff + i * header.e_shentsize);
  };
  const Bytes names = contents(elf, section(header.e_shstrndx));
  for (std::uint64_t i = 0; i < header.e_shnum; ++i) {
    const std::string name = text_at(names, section(i).sh_name);
    if (name == ".debug_line") found.lines = contents(elf, section(i));
    if (name == ".debug_line_str") found.line_texts = contents(elf, section(i));
    if (name == ".debug_str") found.texts = contents(elf, section(i));
  }
  return found;
}

}  // namespace tapegrad::elf
