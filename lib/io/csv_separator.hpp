// What separates the cells of a text, for the error about a table that was read with something
// else.
#pragma once

#include <string>
#include <string_view>

namespace tapegrad::io {

/// What to do about a text whose rows aren't separated by `delimiter` but by another character, as
/// the end of a message: "; the cells are separated by semicolons: use {.delimiter = ';'}". Empty
/// where none stands equally often in each of the first rows.
std::string separator_hint(std::string_view text, char delimiter);

}  // namespace tapegrad::io
