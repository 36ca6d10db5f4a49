// Element types as files have them, and what they become here.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "io/input.hpp"
#include "tapegrad/dtype.hpp"

namespace tapegrad::io {

/// The library's own come first, in the order of DType.
enum class StoredType : std::uint8_t {
  boolean,
  uint8,
  int8,
  int16,
  int32,
  int64,
  float16,
  bfloat16,
  float32,
  float64,
  uint16,
  uint32,
  uint64
};

constexpr StoredType stored_as(DType dtype) { return static_cast<StoredType>(dtype); }
constexpr bool is_own(StoredType type) { return type <= StoredType::float64; }

/// "float16", as numpy calls it.
std::string_view name_of(StoredType type);

/// The same, and the format's own words where it isn't known.
std::string shown_type(std::optional<StoredType> type, std::string_view text);

std::size_t size_of(StoredType type);

/// The type itself if it is one of the library's, else the smallest that holds every value; int64
/// for uint64, of which it holds one half.
DType loaded_as(StoredType type);

/// What a format calls the types, in the order of StoredType; empty for those that it doesn't have.
using TypeNames = std::array<std::string_view, 13>;

std::optional<StoredType> find_type(const TypeNames& names, std::string_view name);

/// The type to read. Throws IoError about `offset` for one that isn't the library's, unless it is
/// to be converted and can be. `what` is what the error calls it, and `remedy` what to do then.
StoredType type_to_read(const Input& input, std::size_t offset, std::optional<StoredType> type,
                        bool convert, std::string_view what, std::string_view remedy);

}  // namespace tapegrad::io
