// What a file is by its first bytes, so that the wrong one is called by its name. What a reader of
// the right one thinks of it is not known here.
#pragma once

#include <optional>
#include <string_view>

#include "io/input.hpp"

namespace tapegrad::io {

/// What the readers here read, and everything else.
enum class Format { npy, npz, safetensors, idx, text, other };

struct Recognised {
  Format format;
  std::string_view name;    ///< "a PNG image"
  std::string_view remedy;  ///< what to do with it
};

/// Nothing for bytes that could be anything.
std::optional<Recognised> what_it_is(const Input& input);

/// Throws IoError for bytes that are recognisably something else than `wanted`.
void check_format(const Input& input, Format wanted);

}  // namespace tapegrad::io
