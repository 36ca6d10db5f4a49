// The header of an .npy file: a dictionary literal of Python that says what follows.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "io/elements.hpp"
#include "io/stored_type.hpp"

namespace tapegrad::io {

struct NpyHeader {
  /// Nothing for a type that can't be converted either.
  std::optional<StoredType> type = std::nullopt;
  std::string type_text = {};  ///< as the header has it
  std::size_t type_offset = 0;
  ByteOrder byte_order = ByteOrder::little;
  bool fortran_order = false;
  Shape shape = {};
};

/// Reads the dictionary. Throws IoError for anything that numpy doesn't write there.
NpyHeader parse_npy_dictionary(const Input& input, std::size_t offset, std::size_t length);

/// "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }"
std::string print_npy_dictionary(DType dtype, const Shape& shape);

}  // namespace tapegrad::io
