#include "io/stored_type.hpp"

#include <algorithm>

namespace tapegrad::io {
namespace {

struct Facts {
  std::string_view name;
  std::size_t size;
  DType dtype;
};

constexpr Facts facts[] = {
    {"bool", 1, boolean},    {"uint8", 1, uint8},       {"int8", 1, int8},
    {"int16", 2, int16},     {"int32", 4, int32},       {"int64", 8, int64},
    {"float16", 2, float16}, {"bfloat16", 2, bfloat16}, {"float32", 4, float32},
    {"float64", 8, float64}, {"uint16", 2, int32},      {"uint32", 4, int64},
    {"uint64", 8, int64}};

const Facts& facts_of(StoredType type) { return facts[static_cast<std::size_t>(type)]; }

}  // namespace

std::string_view name_of(StoredType type) { return facts_of(type).name; }

std::string shown_type(std::optional<StoredType> type, std::string_view text) {
  return std::string(type ? name_of(*type) : text);
}

std::size_t size_of(StoredType type) { return facts_of(type).size; }

DType loaded_as(StoredType type) { return facts_of(type).dtype; }

std::optional<StoredType> find_type(const TypeNames& names, std::string_view name) {
  const auto found = name.empty() ? names.end() : std::ranges::find(names, name);
  if (found == names.end()) return std::nullopt;
  return static_cast<StoredType>(found - names.begin());
}

StoredType type_to_read(const Input& input, std::size_t offset, std::optional<StoredType> type,
                        bool convert, std::string_view what, std::string_view remedy) {
  if (type && (convert || is_own(*type))) return *type;
  input.check(!type, offset, "{} cannot be had here; read it with {{.convert = true}} as {}, or {}",
              what, type ? loaded_as(*type) : boolean, remedy);
  input.fail(offset, "{} cannot be had here; {}", what, remedy);
}

}  // namespace tapegrad::io
