// What a file is by its first bytes, so that the wrong one is called by its name. What a reader of
// the right one thinks of it is not known here.
#pragma once

#include <optional>

#include "io/input.hpp"
#include "io/recognised.hpp"

namespace tapegrad::io {

/// Nothing for bytes that could be anything.
std::optional<Recognised> what_it_is(const Input& input);

/// Throws IoError for bytes that are recognisably something else than `wanted`.
void check_format(const Input& input, Format wanted);

/// For a reader that finds its own format's first bytes missing: throws IoError.
[[noreturn]] void fail_unknown(const Input& input, Format wanted);

}  // namespace tapegrad::io
