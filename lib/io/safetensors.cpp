// How the tensors of a safetensors file lie one behind the other.
#include "io/safetensors.hpp"

#include <algorithm>
#include <tuple>

#include "io/atomic_file.hpp"
#include "io/elements.hpp"
#include "io/safetensors_header.hpp"

namespace tapegrad::io {
namespace {

constexpr std::size_t length_bytes = 8;

std::uint64_t header_length(const Input& input) {
  input.check(input.size >= length_bytes, 0, "{} bytes are too few for the length of the header",
              input.size);
  std::uint64_t length = 0;
  for (std::size_t i = length_bytes; i-- > 0;) {
    length = length << 8 | std::to_integer<std::uint64_t>(input.data[i]);
  }
  input.check(length <= max_safetensors_header, 0, "a header of {} bytes; at most {} are allowed",
              length, max_safetensors_header);
  input.check(length <= input.size - length_bytes, 0, "a header of {} bytes in a file of {}",
              length, input.size);
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
    const std::uint64_t bytes = byte_count(entry->shape, entry->dtype);
    input.check(entry->end - entry->begin == bytes, here,
                "tensor {} has {} bytes where {} of shape {} need {}", shown(entry->name),
                entry->end - entry->begin, entry->dtype, entry->shape, bytes);
    input.check(entry->end <= input.size - data, here,
                "tensor {} ends {} bytes past the end of the file", shown(entry->name),
                entry->end - (input.size - data));
    expected = entry->end;
  }
  input.check(expected == input.size - data, data + expected, "{} bytes that no tensor has",
              input.size - data - expected);
}

// Widest types first, so that every tensor is aligned, and in the order in which Python's package
// writes types of one width.
int rank_of(DType dtype) {
  constexpr DType order[] = {int64, float64, float32, int32, uint8, boolean};
  return static_cast<int>(std::find(std::begin(order), std::end(order), dtype) - order);
}

std::vector<NamedTensor> ordered(std::string_view operation, std::string_view path,
                                 const StateDict& tensors) {
  std::vector<NamedTensor> result;
  for (const auto& [name, tensor] : tensors) {
    check<IoError>(name != "__metadata__", "{}: a tensor can't be named __metadata__: {}",
                   operation, path);
    result.push_back({name, savable(operation, path, name, tensor)});
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
    end += byte_count(tensor.shape(), tensor.dtype());
    header.entries.push_back({name, tensor.dtype(), tensor.shape(), begin, end});
  }
  return header;
}

std::string length_text(std::uint64_t length) {
  std::string text(length_bytes, '\0');
  for (std::size_t i = 0; i < length_bytes; ++i) text[i] = static_cast<char>(length >> 8 * i);
  return text;
}

}  // namespace

Safetensors read_safetensors(const Input& input) {
  const std::uint64_t length = header_length(input);
  SafetensorsHeader header = parse_safetensors_header(input, length_bytes, length);
  const std::size_t data = length_bytes + length;
  check_coverage(input, header, data);
  Safetensors result{.tensors = {}, .metadata = std::move(header.metadata)};
  for (SafetensorsEntry& entry : header.entries) {
    result.tensors.insert(std::move(entry.name),
                          tensor_at(input, data + entry.begin, entry.dtype, entry.shape));
  }
  return result;
}

std::string_view safetensors_header(const Input& input) {
  const std::uint64_t length = header_length(input);
  return input.text(length_bytes, length);
}

SafetensorsImage lay_out_safetensors(std::string_view operation, std::string_view path,
                                     const StateDict& tensors,
                                     const std::map<std::string, std::string>& metadata) {
  std::vector<NamedTensor> sorted = ordered(operation, path, tensors);
  const std::string header = print_safetensors_header(operation, header_of(sorted, metadata), path);
  check<IoError>(header.size() <= max_safetensors_header,
                 "{}: a header of {} bytes: {}; at most {} are allowed", operation, header.size(),
                 path, max_safetensors_header);
  return {length_text(header.size()) + header, std::move(sorted)};
}

Safetensors load_safetensors(const std::string& path) {
  return read_safetensors(map_file("load_safetensors", path));
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
