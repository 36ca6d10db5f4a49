// Protobuf's strings are UTF-8, and one that isn't costs a reader all that follows it in the file.
#pragma once

#include <string>
#include <string_view>

#include "core/check.hpp"

namespace tapegrad::summary {

/// RFC 3629: shortest forms, no surrogates, nothing beyond U+10FFFF.
bool is_utf8(std::string_view text);

/// For messages: `text` with every byte outside of printable ASCII as "\xff".
std::string escaped(std::string_view text);

/// Throws Error in `operation`'s name unless `text`, which is its `what`, is UTF-8.
inline void check_utf8(std::string_view operation, std::string_view what, std::string_view text) {
  if (is_utf8(text)) return;
  fail<Error>("{}: the {} \"{}\" is not UTF-8, which is all that TensorBoard reads; convert it",
              operation, what, escaped(text));
}

/// The same for a cell of a table, which has no NUL either: a reader in C would end it there.
inline void check_cell(std::string_view operation, std::string_view what, std::string_view text) {
  check_utf8(operation, what, text);
  check<Error>(text.find('\0') == std::string_view::npos,
               "{}: the {} \"{}\" has a NUL; leave it out", operation, what, escaped(text));
}

/// The same for a name, which isn't empty: nobody could find it among the others.
inline void check_name(std::string_view operation, std::string_view what, std::string_view name) {
  check<Error>(!name.empty(), "{}: the {} is empty; give it a text", operation, what);
  check_cell(operation, what, name);
}

}  // namespace tapegrad::summary
