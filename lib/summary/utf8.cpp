#include "summary/utf8.hpp"

#include <cstddef>
#include <cstdint>

namespace tapegrad::summary {
namespace {

/// What a first byte promises: how many bytes follow, and the range of the first of these, which
/// keeps out what has a shorter form, surrogates and what is too large.
struct Lead {
  std::size_t following = 0;
  std::uint8_t least = 0x80;
  std::uint8_t greatest = 0xbf;
  bool valid = true;
};

Lead lead_of(std::uint8_t byte) {
  if (byte < 0x80) return {.following = 0};
  if (byte >= 0xc2 && byte <= 0xdf) return {.following = 1};
  if (byte == 0xe0) return {.following = 2, .least = 0xa0};
  if (byte == 0xed) return {.following = 2, .greatest = 0x9f};
  if (byte >= 0xe1 && byte <= 0xef) return {.following = 2};
  if (byte == 0xf0) return {.following = 3, .least = 0x90};
  if (byte == 0xf4) return {.following = 3, .greatest = 0x8f};
  if (byte >= 0xf1 && byte <= 0xf3) return {.following = 3};
  return {.valid = false};
}

}  // namespace

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    Lead lead = lead_of(static_cast<std::uint8_t>(text[0]));
    if (!lead.valid || text.size() <= lead.following) return false;
    for (std::size_t i = 1; i <= lead.following; ++i) {
      const auto byte = static_cast<std::uint8_t>(text[i]);
      if (byte < lead.least || byte > lead.greatest) return false;
      lead.least = 0x80;
      lead.greatest = 0xbf;
    }
    text.remove_prefix(1 + lead.following);
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
