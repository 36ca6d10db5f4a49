// A vocabulary as text: "tapegrad vocabulary, unknown 1", or "unknown none", and a line for each
// token.
#pragma once

#include <string>
#include <string_view>

#include "tapegrad/data/tokens.hpp"

namespace tapegrad::data {

/// What Vocabulary::load() makes of a file with this text. IoErrors, which name the path, are all
/// that it throws.
Vocabulary read_vocabulary(std::string_view text, const std::string& path);

}  // namespace tapegrad::data
