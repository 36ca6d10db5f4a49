// Where characters of UTF-8 text end.
#pragma once

#include <cstddef>
#include <string_view>

namespace tapegrad::io {

struct CodePoint {
  /// How long it is; of what isn't UTF-8 the longest stretch that could have begun one, or a byte.
  std::size_t bytes = 1;
  bool valid = true;
  /// Where it is valid.
  char32_t value = 0;
};

/// RFC 3629: shortest forms, no surrogates, nothing beyond U+10FFFF. The text isn't empty.
CodePoint first_code_point(std::string_view text);

}  // namespace tapegrad::io
