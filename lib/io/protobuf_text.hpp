// Strings as protobuf's text format has them, in which TensorFlow and TensorBoard keep lists of
// files.
#pragma once

#include <string>
#include <string_view>

namespace tapegrad::io {

/// In double quotes, with escapes for what isn't printable ASCII.
std::string protobuf_text(std::string_view text);

}  // namespace tapegrad::io
