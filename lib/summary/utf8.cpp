#include "summary/utf8.hpp"

#include <cstddef>

#include "io/code_point.hpp"

namespace tapegrad::summary {

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const io::CodePoint next = io::first_code_point(text);
    if (!next.valid) return false;
    text.remove_prefix(next.bytes);
  }
  return true;
}

std::string escaped(std::string_view text) {
  constexpr std::size_t enough = 60;
  std::string shown;
  for (const char c : text.substr(0, enough)) {
    const bool plain = c >= 0x20 && c <= 0x7e;
    shown += plain ? std::string(1, c) : fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
  }
  return text.size() > enough ? shown + "..." : shown;
}

}  // namespace tapegrad::summary
