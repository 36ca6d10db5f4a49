#include "io/converted.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>

namespace tapegrad::io {
namespace {

template <class Stored>
Stored element_at(const std::byte* place, bool turned) {
  std::byte bytes[sizeof(Stored)];
  std::memcpy(bytes, place, sizeof bytes);
  if (turned) std::reverse(std::begin(bytes), std::end(bytes));
  Stored element;
  std::memcpy(&element, bytes, sizeof bytes);
  return element;
}

template <class Stored, class Own>
Tensor converted(const Input& input, std::size_t offset, const Shape& shape, ByteOrder order) {
  const bool turned = (order == ByteOrder::little) != (std::endian::native == std::endian::little);
  Tensor result = memory_for(input, dtype_of<Own>, shape);
  Own* out = result.mutable_data<Own>();
  const auto count = static_cast<std::size_t>(result.numel());
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t place = offset + i * sizeof(Stored);
    const auto value = element_at<Stored>(input.data + place, turned);
    if constexpr (std::is_same_v<Stored, std::uint64_t>) {
      input.check(value <= static_cast<std::uint64_t>(std::numeric_limits<Own>::max()), place,
                  "the uint64 {} is beyond the range of int64", value);
    }
    out[i] = static_cast<Own>(value);
  }
  return result;
}

}  // namespace

Tensor converted_at(const Input& input, std::size_t offset, StoredType type, const Shape& shape,
                    ByteOrder order) {
  switch (type) {
    case StoredType::uint16:
      return converted<std::uint16_t, std::int32_t>(input, offset, shape, order);
    case StoredType::uint32:
      return converted<std::uint32_t, std::int64_t>(input, offset, shape, order);
    case StoredType::uint64:
      return converted<std::uint64_t, std::int64_t>(input, offset, shape, order);
    default:
      break;
  }
  return tensor_at(input, offset, loaded_as(type), shape, order);
}

}  // namespace tapegrad::io
