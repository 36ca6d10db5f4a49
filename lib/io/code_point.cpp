#include "io/code_point.hpp"

#include <cstdint>

namespace tapegrad::io {
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

CodePoint first_code_point(std::string_view text) {
  const auto byte_at = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  Lead lead = lead_of(byte_at(0));
  if (!lead.valid) return {.valid = false};
  // The first byte has a bit less of the number for each that follows.
  char32_t value = lead.following == 0 ? byte_at(0) : byte_at(0) & (0x3fu >> lead.following);
  for (std::size_t i = 1; i <= lead.following; ++i) {
    const bool follows = i < text.size() && byte_at(i) >= lead.least && byte_at(i) <= lead.greatest;
    if (!follows) return {.bytes = i, .valid = false};
    value = value << 6 | (byte_at(i) & 0x3f);
    lead.least = 0x80;
    lead.greatest = 0xbf;
  }
  return {.bytes = lead.following + 1, .value = value};
}

}  // namespace tapegrad::io
