// Which kind of text a file is, by its first bytes. Binary formats are not known here.
#pragma once

#include <optional>
#include <string_view>

#include "io/recognised.hpp"

namespace tapegrad::io {

/// Text of one byte for a Latin letter, and with a mark of its encoding any other: a page, JSON or
/// what could be a table. Nothing where there are bytes that no text has.
std::optional<Recognised> which_text(std::string_view bytes);

/// Text of two or four bytes for each letter, without a mark that says so.
std::optional<Recognised> which_wide_text(std::string_view bytes);

}  // namespace tapegrad::io
