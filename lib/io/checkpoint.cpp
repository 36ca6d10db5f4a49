// The checksum is the CRC-32 of the whole file with eight zeros where its own digits stand, so that
// one pass over the bytes is enough to write it and one to verify it.
#include "io/checkpoint.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "io/checkpoint_name.hpp"
#include "io/checksum.hpp"
#include "io/elements.hpp"
#include "io/safetensors.hpp"

namespace tapegrad::io {
namespace {

constexpr std::string_view checksum_name = "tapegrad.crc32";
constexpr std::string_view step_name = "tapegrad.step";
constexpr std::string_view no_checksum = "00000000";

// Small enough to be in the processor's cache when it is written, just after it was summed.
constexpr std::size_t block_bytes = std::size_t{1} << 19;

/// Where the digits of the checksum stand in a header. Text that only looks like the name has a
/// backslash before its first quote: it is part of a longer name or value.
std::optional<std::size_t> find_digits(std::string_view header) {
  const std::string name = fmt::format("\"{}\":\"", checksum_name);
  for (std::size_t at = header.find(name); at != header.npos; at = header.find(name, at + 1)) {
    const std::size_t digits = at + name.size();
    const bool is_name = at > 0 && (header[at - 1] == '{' || header[at - 1] == ',');
    if (is_name && digits + no_checksum.size() <= header.size()) return digits;
  }
  return std::nullopt;
}

void check_intact(const Input& input) {
  const std::string_view header = safetensors_header(input);
  const std::optional<std::size_t> place = find_digits(header);
  check<IoError>(place.has_value(),
                 "{}: no checksum: {}; it was damaged or not written by Saver: load_safetensors() "
                 "reads files of others",
                 input.operation, input.name);
  const std::string_view digits = header.substr(*place, no_checksum.size());
  const auto begin = static_cast<std::size_t>(digits.data() - input.text(0, 0).data());
  std::uint32_t sum = crc32(input.bytes().first(begin));
  sum = crc32(no_checksum, sum);
  sum = crc32(input.bytes().subspan(begin + digits.size()), sum);
  check<IoError>(checksum_text(sum) == digits,
                 "{}: damaged: its checksum is {} and should be {}: {}", input.operation,
                 checksum_text(sum), shown(digits), input.name);
}

std::int64_t step_of(const std::map<std::string, std::string>& metadata, const Input& input) {
  const auto found = metadata.find(std::string(step_name));
  std::int64_t step = -1;
  if (found != metadata.end()) {
    const std::string& text = found->second;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), step);
    if (error != std::errc() || end != text.data() + text.size()) step = -1;
  }
  check<IoError>(step >= 0, "{}: no step in the metadata: {}", input.operation, input.name);
  return step;
}

/// Files that were given each other's names are intact, and the wrong ones.
void check_name(const Input& input, std::int64_t step) {
  const std::string_view path = input.name;
  const std::optional<std::int64_t> named = step_in_name(path.substr(path.rfind('/') + 1));
  check<IoError>(!named || *named == step,
                 "{}: saved at step {}, not {} as its name says: {}; was it renamed?",
                 input.operation, step, named.value_or(0), input.name);
}

}  // namespace

void write_checkpoint(AtomicFile& file, std::string_view operation, std::string_view path,
                      const Checkpoint& checkpoint) {
  std::map<std::string, std::string> metadata = checkpoint.metadata;
  metadata.emplace(step_name, std::to_string(checkpoint.step));
  metadata.emplace(checksum_name, no_checksum);
  const SafetensorsImage image = lay_out_safetensors(operation, path, checkpoint.state, metadata);
  std::uint32_t sum = crc32(image.head);
  file.write(image.head);
  for (const auto& [name, tensor] : image.tensors) {
    std::span<const std::byte> rest = bytes_of(tensor);
    while (!rest.empty()) {
      const std::span<const std::byte> block = rest.first(std::min(rest.size(), block_bytes));
      sum = crc32(block, sum);
      file.write(block);
      rest = rest.subspan(block.size());
    }
  }
  file.overwrite(find_digits(image.head).value(), checksum_text(sum));
}

Checkpoint read_checkpoint(std::string_view operation, const std::string& path) {
  const Input input = map_file(std::string(operation), path);
  check_intact(input);
  Safetensors file = read_safetensors(input);
  Checkpoint checkpoint{step_of(file.metadata, input), std::move(file.tensors)};
  check_name(input, checkpoint.step);
  std::erase_if(file.metadata,
                [](const auto& entry) { return entry.first.starts_with(reserved_metadata); });
  checkpoint.metadata = std::move(file.metadata);
  return checkpoint;
}

}  // namespace tapegrad::io
