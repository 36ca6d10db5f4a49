// How the tensors of a safetensors file lie one behind the other.
#include "io/safetensors.hpp"

#include <algorithm>
#include <tuple>

#include "io/atomic_file.hpp"
#include "io/choice.hpp"
#include "io/converted.hpp"
#include "io/path.hpp"
#include "io/safetensors_header.hpp"
#include "io/what_it_is.hpp"

namespace tapegrad::io {
namespace {

constexpr std::size_t length_bytes = 8;

std::uint64_t header_length(const Input& input) {
  check_format(input, Format::safetensors);
  input.check(input.size >= length_bytes, 0, "{} bytes are too few for the length of the header",
              input.size);
  std::uint64_t length = 0;
  for (std::size_t i = length_bytes; i-- > 0;) {
    length = length << 8 | std::to_integer<std::uint64_t>(input.data[i]);
  }
  const bool has_header = input.size > length_bytes && input.text(length_bytes, 1) == "{";
  if (!has_header && length > input.size - length_bytes) fail_unknown(input, Format::safetensors);
  input.check(length <= max_safetensors_header, 0, "a header of {} bytes; at most {} are allowed",
              length, max_safetensors_header);
  input.check(length <= input.size - length_bytes, 0,
              "a header of {} bytes in a file of {}, which was cut short", length, input.size);
  return length;
}

// The data must be covered by the tensors once and without gaps, whatever the header's order.
void check_coverage(const Input& input, const SafetensorsHeader& header, std::size_t data) {
  std::vector<const SafetensorsEntry*> entries;
  for (const SafetensorsEntry& entry : header.entries) entries.push_back(&entry);
  std::sort(entries.begin(), entries.end(), [](const auto* a, const auto* b) {
    return std::tie(a->begin, a->end) < std::tie(b->begin, b->end);
  });
  std::uint64_t expected = 0;
  for (const SafetensorsEntry* entry : entries) {
    const std::size_t here = data + expected;
    input.check(entry->begin <= expected, here, "a hole of {} bytes before tensor {}",
                entry->begin - expected, shown(entry->name));
    input.check(entry->begin == expected, here, "tensor {} overlaps the one before",
                shown(entry->name));
    const std::uint64_t there = entry->end - entry->begin;
    // How long elements of a type that isn't known are isn't, either.
    const std::uint64_t bytes = entry->type ? byte_count(entry->shape, *entry->type) : there;
    input.check(there == bytes, here, "tensor {} has {} bytes where {} of shape {} need {}",
                shown(entry->name), there, shown_type(entry->type, entry->type_text), entry->shape,
                bytes);
    input.check(entry->end <= input.size - data, here,
                "tensor {} ends {} bytes past the end of the file", shown(entry->name),
                entry->end - (input.size - data));
    expected = entry->end;
  }
  input.check(expected == input.size - data, data + expected, "{} bytes that no tensor has",
              input.size - data - expected);
}

struct ReadHeader {
  SafetensorsHeader header;
  std::size_t data;  ///< where the elements begin
};

ReadHeader read_header(const Input& input) {
  const std::uint64_t length = header_length(input);
  ReadHeader read{parse_safetensors_header(input, length_bytes, length), length_bytes + length};
  check_coverage(input, read.header, read.data);
  return read;
}

StoredType safetensors_type(const Input& input, const SafetensorsEntry& entry, bool convert,
                            std::string_view others = "") {
  return type_to_read(
      input, entry.type_offset, entry.type, convert,
      fmt::format("tensor {} has dtype {}, which", shown(entry.name), shown(entry.type_text)),
      fmt::format("convert it to a type that it has, such as F32, before saving{}", others));
}

// Widest types first, so that every tensor is aligned, and in the order in which Python's package
// writes types of one width.
int rank_of(DType dtype) {
  constexpr DType order[] = {int64,   float64, float32, int32, bfloat16,
                             float16, int16,   int8,    uint8, boolean};
  return static_cast<int>(std::find(std::begin(order), std::end(order), dtype) - order);
}

std::vector<NamedTensor> ordered(std::string_view operation, std::string_view path,
                                 const StateDict& tensors) {
  std::vector<NamedTensor> result;
  for (const auto& [name, tensor] : tensors) {
    check<IoError>(name != "__metadata__", "{}: a tensor can't be named __metadata__: {}",
                   operation, path);
    check_name(operation, name, path);
    result.push_back({name, savable(tensor)});
  }
  std::sort(result.begin(), result.end(), [](const auto& a, const auto& b) {
    return std::tuple(rank_of(a.tensor.dtype()), std::string_view(a.name)) <
           std::tuple(rank_of(b.tensor.dtype()), std::string_view(b.name));
  });
  return result;
}

SafetensorsHeader header_of(const std::vector<NamedTensor>& tensors,
                            const std::map<std::string, std::string>& metadata) {
  SafetensorsHeader header{.entries = {}, .metadata = metadata};
  std::uint64_t end = 0;
  for (const auto& [name, tensor] : tensors) {
    const std::uint64_t begin = end;
    end += byte_count(tensor.shape(), stored_as(tensor.dtype()));
    header.entries.push_back({.name = name,
                              .type_text = std::string(safetensors_name(tensor.dtype())),
                              .shape = tensor.shape(),
                              .begin = begin,
                              .end = end});
  }
  return header;
}

std::string length_text(std::uint64_t length) {
  std::string text(length_bytes, '\0');
  for (std::size_t i = 0; i < length_bytes; ++i) text[i] = static_cast<char>(length >> 8 * i);
  return text;
}

}  // namespace

Safetensors read_safetensors(const Input& input, const LoadSomeOptions& options) {
  auto [header, data] = read_header(input);
  const Choice choice(options.only);
  Safetensors result{.tensors = {}, .metadata = std::move(header.metadata)};
  const std::string_view others =
      header.entries.size() < 2
          ? ""
          : "; load the others with {.only = {their names}}: list_safetensors() lists them";
  for (SafetensorsEntry& entry : header.entries) {
    if (!choice.takes(entry.name)) continue;
    const StoredType type = safetensors_type(input, entry, options.convert, others);
    result.tensors.insert(std::move(entry.name), converted_at(input, data + entry.begin, type,
                                                              entry.shape, ByteOrder::little));
  }
  choice.check_found(input, result.tensors);
  return result;
}

std::string_view safetensors_header(const Input& input) {
  const std::uint64_t length = header_length(input);
  return input.text(length_bytes, length);
}

SafetensorsImage lay_out_safetensors(std::string_view operation, std::string_view path,
                                     const StateDict& tensors,
                                     const std::map<std::string, std::string>& metadata) {
  for (const auto& [name, text] : metadata) check_name(operation, name, path);
  std::vector<NamedTensor> sorted = ordered(operation, path, tensors);
  const std::string header = print_safetensors_header(operation, header_of(sorted, metadata), path);
  check<IoError>(header.size() <= max_safetensors_header,
                 "{}: a header of {} bytes: {}; at most {} are allowed", operation, header.size(),
                 path, max_safetensors_header);
  return {length_text(header.size()) + header, std::move(sorted)};
}

Safetensors load_safetensors(const std::string& path, const LoadSomeOptions& options) {
  return read_safetensors(map_file("load_safetensors", path), options);
}

SafetensorsList list_safetensors(const Input& input) {
  auto [header, data] = read_header(input);
  SafetensorsList list{.tensors = {}, .metadata = std::move(header.metadata)};
  for (const SafetensorsEntry& entry : header.entries) {
    list.tensors.push_back({entry.name, shown_type(entry.type, entry.type_text), entry.shape});
    try {
      safetensors_type(input, entry, false);
    } catch (const IoError& error) {
      list.tensors.back().problem = error.what();
    }
  }
  return list;
}

SafetensorsList list_safetensors(const std::string& path) {
  return list_safetensors(map_file("list_safetensors", path));
}

void save_safetensors(const std::string& path, const StateDict& tensors,
                      const std::map<std::string, std::string>& metadata) {
  const SafetensorsImage image = lay_out_safetensors("save_safetensors", path, tensors, metadata);
  AtomicFile file("save_safetensors", path);
  file.write(image.head);
  for (const auto& [name, tensor] : image.tensors) file.write(bytes_of(tensor));
  file.commit();
}

}  // namespace tapegrad::io
