#include "io/protobuf_text.hpp"

#include <fmt/core.h>

namespace tapegrad::io {

std::string protobuf_text(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      result += {'\\', c};
    } else if (code < 0x20 || code >= 0x7F) {
      result += fmt::format("\\{:03o}", code);
    } else {
      result += c;
    }
  }
  return result + '"';
}

}  // namespace tapegrad::io
