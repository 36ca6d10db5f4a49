// What a file may be.
#pragma once

#include <string_view>

namespace tapegrad::io {

/// What the readers here read, and everything else.
enum class Format { npy, npz, safetensors, idx, text, other };

struct Recognised {
  Format format;
  std::string_view name;    ///< "a PNG image"
  std::string_view remedy;  ///< what to do with it
};

}  // namespace tapegrad::io
