#include "io/npy.hpp"

#include <algorithm>

#include "io/atomic_file.hpp"
#include "io/converted.hpp"
#include "io/what_it_is.hpp"

namespace tapegrad::io {
namespace {

constexpr std::string_view magic = "\x93NUMPY";
constexpr std::size_t version_end = 8;

/// Where the dictionary stands in the file.
struct Place {
  std::size_t offset;
  std::size_t length;
};

Place dictionary_place(const Input& input) {
  check_format(input, Format::npy);
  if (!input.text(0, input.size).starts_with(magic)) fail_unknown(input, Format::npy);
  input.check(input.size >= version_end, input.size, "the file ends within its header");
  const int version = std::to_integer<int>(input.data[6]);
  input.check(version >= 1 && version <= 3, 6, "version {} of the format is not known", version);
  const std::size_t width = version == 1 ? 2 : 4;
  input.check(input.size >= version_end + width, version_end, "the file ends within its header");
  std::size_t length = 0;
  for (std::size_t i = width; i-- > 0;) {
    length = length << 8 | std::to_integer<std::size_t>(input.data[version_end + i]);
  }
  const std::size_t offset = version_end + width;
  input.check(length <= input.size - offset, version_end,
              "a header of {} bytes, of which {} are there", length, input.size - offset);
  return {offset, length};
}

Shape reversed(Shape shape) {
  std::reverse(shape.begin(), shape.end());
  return shape;
}

Tensor transposed(const Tensor& x) {
  Dims order;
  for (std::int64_t dim = x.dim(); dim-- > 0;) order.push_back(dim);
  return x.permute(order);
}

}  // namespace

std::string npy_header(std::string_view operation, DType dtype, const Shape& shape) {
  check<DTypeError>(dtype != bfloat16,
                    "{}: numpy has no bfloat16; convert it with to(float32), or use "
                    "save_safetensors()",
                    operation);
  std::string text = print_npy_dictionary(dtype, shape);
  // numpy leaves room for a longer first dimension and starts the elements on a multiple of 64.
  constexpr std::size_t longest_size = 21;
  if (!shape.empty()) text.append(longest_size - std::to_string(shape.front()).size(), ' ');
  constexpr std::size_t alignment = 64;
  const std::size_t prefix = version_end + 2;
  text.append(alignment - (prefix + text.size() + 1) % alignment, ' ');
  text += '\n';
  std::string header(magic);
  header +=
      {'\1', '\0', static_cast<char>(text.size() & 0xff), static_cast<char>(text.size() >> 8)};
  return header + text;
}

NpyStart npy_start(const Input& input) {
  const Place place = dictionary_place(input);
  return {parse_npy_dictionary(input, place.offset, place.length), place.offset + place.length};
}

StoredType npy_type(const Input& input, const NpyHeader& header, const LoadOptions& options,
                    std::string_view others) {
  input.check(!header.type_text.starts_with('['), header.type_offset,
              "an array of records cannot be had here; save its fields one by one{}", others);
  return type_to_read(
      input, header.type_offset, header.type, options.convert,
      fmt::format("dtype {}", shown(header.type_text)),
      fmt::format("convert the array with astype() to bool, an integer of at most 64 bits or "
                  "a float of at most 64{}",
                  others));
}

void check_npy_length(const Input& input, const NpyStart& start, StoredType type) {
  const std::size_t bytes = byte_count(start.header.shape, type);
  const std::size_t there = input.size - start.end;
  input.check(there >= bytes, input.size, "{} of shape {} need {} bytes, but {} are there",
              name_of(type), start.header.shape, bytes, there);
  input.check(there == bytes, start.end + bytes, "{} bytes after the end of the array",
              there - bytes);
}

Tensor read_npy(const Input& input, const LoadOptions& options, std::string_view others) {
  const NpyStart start = npy_start(input);
  const auto& [header, begin] = start;
  const StoredType type = npy_type(input, header, options, others);
  check_npy_length(input, start, type);
  if (!header.fortran_order) {
    return converted_at(input, begin, type, header.shape, header.byte_order);
  }
  return transposed(converted_at(input, begin, type, reversed(header.shape), header.byte_order));
}

Tensor load_npy(const std::string& path, const LoadOptions& options) {
  return read_npy(map_file("load_npy", path), options);
}

void save_npy(const std::string& path, const Tensor& x) {
  check_defined("save_npy", path, x);
  const Tensor dense = savable(x);
  const std::string header = npy_header("save_npy", dense.dtype(), dense.shape());
  AtomicFile file("save_npy", path);
  file.write(header);
  file.write(bytes_of(dense));
  file.commit();
}

}  // namespace tapegrad::io
