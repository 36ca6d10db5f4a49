// What every fuzzer does: hands the bytes to a reader and looks at all that it gives back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "io/elements.hpp"

namespace tapegrad::fuzz {

/// A file of these bytes, in a block of just that size, so that a sanitizer sees the first byte
/// past its end.
inline io::Input input_of(const std::uint8_t* data, std::size_t size) {
  const std::shared_ptr<std::byte[]> bytes(new std::byte[size]);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = std::byte{data[i]};
  return {"fuzz", "input", bytes.get(), size, bytes};
}

/// Reads every element.
inline void look_at(const Tensor& x) {
  volatile unsigned all = 0;
  const Tensor dense = x.contiguous();
  for (const std::byte b : io::bytes_of(dense)) all = all ^ std::to_integer<unsigned>(b);
}

/// IoError is the only way for a reader to refuse; anything else is a finding.
template <class Read>
int run(const std::uint8_t* data, std::size_t size, Read read) {
  try {
    read(input_of(data, size));
  } catch (const IoError&) {
  }
  return 0;
}

}  // namespace tapegrad::fuzz
