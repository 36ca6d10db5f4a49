#include "io/idx.hpp"

#include <array>
#include <cstring>
#include <vector>

#include "io/atomic_file.hpp"
#include "io/elements.hpp"
#include "io/gzip.hpp"

namespace tapegrad::io {
namespace {

constexpr std::size_t magic_bytes = 4;
constexpr std::size_t size_bytes = 4;

/// The format's code of an element type.
constexpr std::array<std::pair<DType, int>, 4> codes{
    {{uint8, 0x08}, {int32, 0x0c}, {float32, 0x0d}, {float64, 0x0e}}};

struct IdxHeader {
  DType dtype = uint8;
  Shape shape;
  std::size_t bytes = 0;  ///< of the header itself
};

std::size_t header_bytes(const Input& input) {
  input.check(input.size >= magic_bytes && input.text(0, 2) == std::string_view("\0\0", 2), 0,
              "this is no IDX file");
  return magic_bytes + size_bytes * std::to_integer<std::size_t>(input.data[3]);
}

DType dtype_at(const Input& input, std::size_t offset) {
  const int code = std::to_integer<int>(input.data[offset]);
  for (const auto& [dtype, known] : codes) {
    if (known == code) return dtype;
  }
  const std::string_view name = code == 0x09   ? "signed bytes"
                                : code == 0x0b ? "16-bit integers"
                                               : "elements of no known type";
  input.fail(offset,
             "{} (type {:#04x}) cannot be had here; unsigned bytes, 32-bit integers, float32 and "
             "float64 can",
             name, code);
}

IdxHeader parse_header(const Input& input) {
  IdxHeader header{.shape = {}, .bytes = header_bytes(input)};
  header.dtype = dtype_at(input, 2);
  input.check(input.size >= header.bytes, input.size, "the file ends within its header");
  std::vector<std::uint64_t> sizes;
  for (std::size_t at = magic_bytes; at < header.bytes; at += size_bytes) {
    std::uint64_t size = 0;
    for (std::size_t i = 0; i < size_bytes; ++i) {
      size = size << 8 | std::to_integer<std::uint64_t>(input.data[at + i]);
    }
    sizes.push_back(size);
  }
  header.shape = shape_from(input, 3, sizes, header.dtype);
  return header;
}

Tensor read_plain(const Input& input) {
  const IdxHeader header = parse_header(input);
  const std::size_t bytes = byte_count(header.shape, header.dtype);
  const std::size_t there = input.size - header.bytes;
  input.check(there >= bytes, input.size, "{} of shape {} need {} bytes, but {} are there",
              header.dtype, header.shape, bytes, there);
  input.check(there == bytes, header.bytes + bytes, "{} bytes after the end of the elements",
              there - bytes);
  return tensor_at(input, header.bytes, header.dtype, header.shape, ByteOrder::big);
}

// Unpacks the header first, and believes it only as far as the packed bytes can bear it out.
Input unpacked(const Input& packed) {
  GzipReader gzip(packed);
  std::array<std::byte, magic_bytes + size_bytes * 255> first{};
  Input start{packed.operation, packed.name, first.data(), magic_bytes};
  gzip.read(std::span(first).first(magic_bytes));
  start.size = header_bytes(start);
  gzip.read(std::span(first).subspan(magic_bytes, start.size - magic_bytes));
  const IdxHeader header = parse_header(start);
  const std::size_t bytes = byte_count(header.shape, header.dtype);
  packed.check(bytes / tightest_deflate <= packed.size, 0,
               "{} of shape {} can't be packed into {} bytes", header.dtype, header.shape,
               packed.size);

  Tensor storage = memory_for(packed, uint8, {static_cast<std::int64_t>(header.bytes + bytes)});
  auto* data = reinterpret_cast<std::byte*>(storage.mutable_data<std::uint8_t>());
  std::memcpy(data, first.data(), header.bytes);
  gzip.read({data + header.bytes, bytes});
  packed.check(gzip.at_end(), packed.size, "more elements than the shape {} has", header.shape);
  return {packed.operation, packed.name, data, header.bytes + bytes,
          std::make_shared<Tensor>(storage)};
}

std::string header_of(const Tensor& x, const std::string& path) {
  std::string header(2, '\0');
  for (const auto& [dtype, code] : codes) {
    if (dtype == x.dtype()) header += static_cast<char>(code);
  }
  check<IoError>(header.size() == 3,
                 "save_idx: the format has no {}: {}; convert the tensor to uint8, int32, float32 "
                 "or float64",
                 x.dtype(), path);
  header += static_cast<char>(x.dim());
  for (const std::int64_t size : x.shape()) {
    check<IoError>(size < std::int64_t{1} << 32, "save_idx: a size of 2^32 or more: {}: {}",
                   x.shape(), path);
    for (int shift = 24; shift >= 0; shift -= 8) header += static_cast<char>(size >> shift);
  }
  return header;
}

}  // namespace

Tensor read_idx(const Input& input) { return read_plain(is_gzip(input) ? unpacked(input) : input); }

Tensor load_idx(const std::string& path) { return read_idx(map_file("load_idx", path)); }

void save_idx(const std::string& path, const Tensor& x) {
  const Tensor dense = savable("save_idx", path, "", x);
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
