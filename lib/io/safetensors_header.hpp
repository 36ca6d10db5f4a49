// The header of a safetensors file: JSON that says what lies where. No tensors here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/stored_type.hpp"
#include "tapegrad/shape.hpp"

namespace tapegrad::io {

/// Where the elements of a tensor lie, counted from the end of the header.
struct SafetensorsEntry {
  std::string name;
  /// Nothing for a type that can't be converted either.
  std::optional<StoredType> type = std::nullopt;
  std::string type_text = {};  ///< as the header has it
  std::size_t type_offset = 0;
  Shape shape = {};
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

struct SafetensorsHeader {
  std::vector<SafetensorsEntry> entries;
  std::map<std::string, std::string> metadata;
};

/// "F32" for float32.
std::string_view safetensors_name(DType dtype);

/// The longest header, as every reader of the format has it.
inline constexpr std::uint64_t max_safetensors_header = 100'000'000;

/// Reads `length` bytes of JSON from `offset`. Throws IoError for everything that the format
/// forbids within one entry; how entries fit together is not checked.
SafetensorsHeader parse_safetensors_header(const Input& input, std::size_t offset,
                                           std::size_t length);

/// The JSON, padded with blanks to a multiple of 8. `operation` and `target` are what errors name.
std::string print_safetensors_header(std::string_view operation, const SafetensorsHeader& header,
                                     std::string_view target);

}  // namespace tapegrad::io
