#include "io/elements.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <optional>

#include "core/dispatch.hpp"
#include "core/sizes.hpp"
#include "tapegrad/ops/create.hpp"

namespace tapegrad::io {
namespace {

constexpr bool little_endian = std::endian::native == std::endian::little;

bool is_native(ByteOrder order, DType dtype) {
  return size_of(dtype) == 1 || (order == ByteOrder::little) == little_endian;
}

void check_booleans(const Input& input, std::size_t offset, std::size_t count) {
  const std::byte* first = input.data + offset;
  std::byte all{0};
  for (std::size_t i = 0; i < count; ++i) all |= first[i];
  if (all <= std::byte{1}) return;
  const auto* bad =
      std::find_if(first, first + count, [](std::byte b) { return b > std::byte{1}; });
  input.fail(static_cast<std::size_t>(bad - input.data), "a bool must be 0 or 1: {}",
             std::to_integer<int>(*bad));
}

template <Element T>
std::span<std::byte> writable_bytes(Tensor& x) {
  return std::as_writable_bytes(std::span(x.mutable_data<T>(), static_cast<size_t>(x.numel())));
}

}  // namespace

Shape shape_from(const Input& input, std::size_t offset, std::span<const std::uint64_t> sizes,
                 DType dtype) {
  input.check(sizes.size() <= max_rank, offset, "{} dimensions; at most {} can be had",
              sizes.size(), max_rank);
  Shape shape;
  std::optional<std::uint64_t> bytes = size_of(dtype);
  for (const std::uint64_t size : sizes) {
    bytes = product<std::uint64_t>(*bytes, std::max<std::uint64_t>(size, 1));
    input.check(bytes && *bytes < std::uint64_t{1} << 63, offset,
                "a shape beyond all memory: dimension of size {}", size);
    shape.push_back(static_cast<std::int64_t>(size));
  }
  return shape;
}

std::size_t byte_count(const Shape& shape, StoredType type) {
  return static_cast<std::size_t>(numel(shape)) * size_of(type);
}

Tensor memory_for(const Input& input, DType dtype, const Shape& shape) {
  try {
    return empty(shape, {.dtype = dtype});
  } catch (const MemoryError&) {
    tapegrad::fail<IoError>("{}: not enough memory for {} of shape {}: {}", input.operation, dtype,
                            shape, input.name);
  }
}

Tensor tensor_at(const Input& input, std::size_t offset, DType dtype, const Shape& shape,
                 ByteOrder order) {
  const std::size_t bytes = byte_count(shape, stored_as(dtype));
  if (bytes == 0) return empty(shape, {.dtype = dtype});
  if (dtype == boolean) check_booleans(input, offset, bytes);
  std::byte* first = input.data + offset;
  return dispatch_stored(dtype, [&]<class T>(std::type_identity<T>) {
    const bool aligned = reinterpret_cast<std::uintptr_t>(first) % alignof(T) == 0;
    if (aligned && is_native(order, dtype)) {
      return Tensor::from_blob(reinterpret_cast<T*>(first), shape,
                               [owner = input.owner](void*) mutable { owner.reset(); });
    }
    Tensor copy = memory_for(input, dtype, shape);
    const std::span<std::byte> target = writable_bytes<T>(copy);
    std::memcpy(target.data(), first, bytes);
    if (!is_native(order, dtype)) swap_bytes(target, sizeof(T));
    return copy;
  });
}

std::span<const std::byte> bytes_of(const Tensor& x) {
  return dispatch_stored(x.dtype(), [&]<class T>(std::type_identity<T>) {
    return std::as_bytes(std::span(x.data<T>(), static_cast<std::size_t>(x.numel())));
  });
}

void swap_bytes(std::span<std::byte> bytes, std::size_t size) {
  for (std::size_t i = 0; i + size <= bytes.size(); i += size) {
    std::reverse(bytes.begin() + static_cast<std::ptrdiff_t>(i),
                 bytes.begin() + static_cast<std::ptrdiff_t>(i + size));
  }
}

Tensor savable(const Tensor& x) { return x.detach().contiguous(); }

}  // namespace tapegrad::io
