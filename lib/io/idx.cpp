#include "io/idx.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <vector>

#include "io/atomic_file.hpp"
#include "io/converted.hpp"
#include "io/gzip.hpp"
#include "io/what_it_is.hpp"

namespace tapegrad::io {
namespace {

constexpr std::size_t magic_bytes = 4;
constexpr std::size_t size_bytes = 4;

/// The format's codes of the types, in the order of StoredType; 0 for those that it doesn't have.
constexpr std::array<int, 13> codes{0, 0x08, 0x09, 0x0b, 0x0c, 0, 0, 0, 0x0d, 0x0e, 0, 0, 0};

struct IdxHeader {
  StoredType type = StoredType::uint8;
  Shape shape;
  std::size_t bytes = 0;  ///< of the header itself
};

std::size_t header_bytes(const Input& input) {
  check_format(input, Format::idx);
  const bool begins = input.size >= magic_bytes && input.text(0, 2) == std::string_view("\0\0", 2);
  if (!begins) fail_unknown(input, Format::idx);
  return magic_bytes + size_bytes * std::to_integer<std::size_t>(input.data[3]);
}

StoredType type_at(const Input& input, std::size_t offset, const LoadOptions& options) {
  const int code = std::to_integer<int>(input.data[offset]);
  std::optional<StoredType> type;
  const auto* known = std::ranges::find(codes, code);
  if (code != 0 && known != codes.end()) type = static_cast<StoredType>(known - codes.begin());
  return type_to_read(input, offset, type, options.convert,
                      fmt::format("an array of no known type (type {:#04x})", code),
                      "save bytes, 16-bit or 32-bit integers, float32 or float64");
}

IdxHeader parse_header(const Input& input, const LoadOptions& options) {
  IdxHeader header{.shape = {}, .bytes = header_bytes(input)};
  header.type = type_at(input, 2, options);
  input.check(input.size >= header.bytes, input.size, "the file ends within its header");
  std::vector<std::uint64_t> sizes;
  for (std::size_t at = magic_bytes; at < header.bytes; at += size_bytes) {
    std::uint64_t size = 0;
    for (std::size_t i = 0; i < size_bytes; ++i) {
      size = size << 8 | std::to_integer<std::uint64_t>(input.data[at + i]);
    }
    sizes.push_back(size);
  }
  header.shape = shape_from(input, 3, sizes, loaded_as(header.type));
  return header;
}

Tensor read_plain(const Input& input, const LoadOptions& options) {
  const IdxHeader header = parse_header(input, options);
  const std::size_t bytes = byte_count(header.shape, header.type);
  const std::size_t there = input.size - header.bytes;
  input.check(there >= bytes, input.size, "{} of shape {} need {} bytes, but {} are there",
              name_of(header.type), header.shape, bytes, there);
  input.check(there == bytes, header.bytes + bytes, "{} bytes after the end of the elements",
              there - bytes);
  return converted_at(input, header.bytes, header.type, header.shape, ByteOrder::big);
}

/// What is packed may be of another kind, too.
void check_content(const Input& packed, const Input& start) {
  const std::optional<Recognised> kind = what_it_is(start);
  check<IoError>(!kind || kind->format == Format::idx,
                 "{}: this is gzip-compressed data, with {} in it, not an IDX file: {}; unpack it "
                 "with gunzip: {}",
                 packed.operation, kind ? kind->name : "", packed.name, kind ? kind->remedy : "");
}

// Unpacks the start first, and believes its header only as far as the packed bytes can bear it out.
Input unpacked(const Input& packed, const LoadOptions& options) {
  GzipReader gzip(packed);
  std::array<std::byte, magic_bytes + size_bytes * 255> first{};
  const Input start{packed.operation, packed.name, first.data(), gzip.read_up_to(first)};
  check_content(packed, start);
  const IdxHeader header = parse_header(start, options);
  const std::size_t bytes = byte_count(header.shape, header.type);
  packed.check(bytes / tightest_deflate <= packed.size, 0,
               "{} of shape {} can't be packed into {} bytes", name_of(header.type), header.shape,
               packed.size);

  Tensor storage = memory_for(packed, uint8, {static_cast<std::int64_t>(header.bytes + bytes)});
  auto* data = reinterpret_cast<std::byte*>(storage.mutable_data<std::uint8_t>());
  const std::size_t here = std::min(start.size, header.bytes + bytes);
  std::memcpy(data, first.data(), here);
  gzip.read({data + here, header.bytes + bytes - here});
  packed.check(here == start.size && gzip.at_end(), packed.size,
               "more elements than the shape {} has", header.shape);
  return {packed.operation, packed.name, data, header.bytes + bytes,
          std::make_shared<Tensor>(storage)};
}

std::string header_of(const Tensor& x, const std::string& path) {
  std::string header(2, '\0');
  const int code = codes[static_cast<std::size_t>(stored_as(x.dtype()))];
  check<IoError>(code != 0,
                 "save_idx: the format has no {}: {}; convert the tensor to uint8, int8, int16, "
                 "int32, float32 or float64",
                 x.dtype(), path);
  header += {static_cast<char>(code), static_cast<char>(x.dim())};
  for (const std::int64_t size : x.shape()) {
    check<IoError>(size < std::int64_t{1} << 32, "save_idx: a size of 2^32 or more: {}: {}",
                   x.shape(), path);
    for (int shift = 24; shift >= 0; shift -= 8) header += static_cast<char>(size >> shift);
  }
  return header;
}

}  // namespace

Tensor read_idx(const Input& input, const LoadOptions& options) {
  return read_plain(is_gzip(input) ? unpacked(input, options) : input, options);
}

Tensor load_idx(const std::string& path, const LoadOptions& options) {
  return read_idx(map_file("load_idx", path), options);
}

void save_idx(const std::string& path, const Tensor& x) {
  check_defined("save_idx", path, x);
  const Tensor dense = savable(x);
  const std::string header = header_of(dense, path);
  const std::span<const std::byte> native = bytes_of(dense);
  const bool turned = size_of(dense.dtype()) > 1;
  std::vector<std::byte> elements;
  if (turned) elements.assign(native.begin(), native.end());
  swap_bytes(elements, size_of(dense.dtype()));
  AtomicFile file("save_idx", path);
  const std::span<const std::byte> pieces[] = {std::as_bytes(std::span(header)),
                                               turned ? elements : native};
  if (path.ends_with(".gz")) {
    write_gzip(file, pieces);
  } else {
    for (const auto piece : pieces) file.write(piece);
  }
  file.commit();
}

}  // namespace tapegrad::io
