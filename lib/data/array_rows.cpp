#include "data/array_rows.hpp"

#include <algorithm>
#include <bit>
#include <numeric>

#include "core/dispatch.hpp"
#include "data/rows.hpp"
#include "io/npy.hpp"
#include "tapegrad/data/dataset.hpp"
#include "tapegrad/ops/create.hpp"

namespace tapegrad::data {
namespace {

// Such an array is no burden, and its rows, which may be short, come without a call of the system.
constexpr std::uint64_t read_at_once = std::uint64_t{64} << 20;

std::span<std::byte> writable_bytes(Tensor& x) {
  return dispatch_stored(x.dtype(), [&]<class T>(std::type_identity<T>) {
    return std::as_writable_bytes(
        std::span(x.mutable_data<T>(), static_cast<std::size_t>(x.numel())));
  });
}

}  // namespace

ArrayRows::ArrayRows(std::string_view operation, const std::string& path)
    : file_(std::string(operation), path) {
  const io::Input input = io::map_file(std::string(operation), path);
  const io::NpyStart start = io::npy_start(input);
  const io::StoredType type = io::npy_type(input, start.header, {});
  io::check_npy_length(input, start, type);
  const Shape& shape = start.header.shape;
  input.check(!shape.empty(), start.end, "an array of rank 0 has no rows");
  input.check(!start.header.fortran_order || shape.size() == 1, start.end,
              "shape {} in Fortran's order has no rows that lie together; save it with "
              "numpy's ascontiguousarray",
              shape);
  begin_ = start.end;
  dtype_ = io::loaded_as(type);
  order_ = start.header.byte_order;
  count_ = shape[0];
  row_ = shape;
  row_.erase(0);
  row_bytes_ = io::byte_count(row_, type);
  if (io::byte_count(shape, type) > read_at_once) return;
  Indices all(static_cast<std::size_t>(count_));
  std::iota(all.begin(), all.end(), std::int64_t{0});
  whole_ = read_from_file(all);
}

Shape ArrayRows::shape_of(std::int64_t rows) const {
  Shape shape = row_;
  shape.insert(0, rows);
  return shape;
}

void ArrayRows::make_native(std::span<std::byte> bytes) const {
  const bool little = std::endian::native == std::endian::little;
  if ((order_ == io::ByteOrder::little) != little) io::swap_bytes(bytes, size_of(dtype_));
}

void ArrayRows::read_run(std::int64_t begin, std::int64_t rows, std::span<std::byte> to) const {
  const std::uint64_t offset = begin_ + static_cast<std::uint64_t>(begin) * row_bytes_;
  file_.read(offset, to.first(static_cast<std::size_t>(rows) * row_bytes_));
  if (dtype_ != boolean) return;
  const auto* bad =
      std::find_if(to.data(), to.data() + to.size(), [](std::byte b) { return b > std::byte{1}; });
  check<IoError>(bad == to.data() + to.size(), "{}: a bool must be 0 or 1: {}: {}, byte {}",
                 file_.operation(), std::to_integer<int>(*bad), file_.path(),
                 offset + static_cast<std::uint64_t>(bad - to.data()));
}

Tensor ArrayRows::read_from_file(std::span<const std::int64_t> indices) const {
  Tensor result = empty(shape_of(static_cast<std::int64_t>(indices.size())), {.dtype = dtype_});
  if (result.numel() == 0) return result;
  const std::span<std::byte> all = writable_bytes(result);
  // Rows that follow one another in the file are read at once.
  for (std::size_t at = 0; at < indices.size();) {
    std::size_t end = at + 1;
    while (end < indices.size() && indices[end] == indices[end - 1] + 1) ++end;
    read_run(indices[at], static_cast<std::int64_t>(end - at),
             all.subspan(at * row_bytes_, (end - at) * row_bytes_));
    at = end;
  }
  make_native(all);
  return result;
}

Tensor ArrayRows::read(std::span<const std::int64_t> indices) const {
  return whole_.defined() ? rows_of(whole_, indices) : read_from_file(indices);
}

}  // namespace tapegrad::data
