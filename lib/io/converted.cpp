#include "io/converted.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

namespace tapegrad::io {
namespace {

/// An element that has no type of its own in C++.
struct Float16 {
  std::uint16_t bits;
};
struct BFloat16 {
  std::uint16_t bits;
};

/// IEEE 754 binary16: 1 sign bit, 5 of the exponent, 10 of the fraction.
float value_of(Float16 x) {
  const int exponent = x.bits >> 10 & 0x1f;
  const int fraction = x.bits & 0x3ff;
  const float sign = (x.bits & 0x8000) != 0 ? -1.0f : 1.0f;
  if (exponent == 0) return sign * std::ldexp(static_cast<float>(fraction), -24);
  if (exponent < 0x1f) {
    return sign * std::ldexp(static_cast<float>(fraction + 0x400), exponent - 25);
  }
  // Not by arithmetic, which would lose what a NaN carries.
  const std::uint32_t bits =
      (x.bits & 0x8000U) << 16 | 0x7f800000U | static_cast<std::uint32_t>(fraction) << 13;
  return std::bit_cast<float>(bits);
}

/// The upper half of a float32.
float value_of(BFloat16 x) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(x.bits) << 16);
}

template <class T>
T value_of(T x) {
  return x;
}

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
    const auto value = value_of(element_at<Stored>(input.data + place, turned));
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
    case StoredType::int8:
      return converted<std::int8_t, std::int32_t>(input, offset, shape, order);
    case StoredType::int16:
      return converted<std::int16_t, std::int32_t>(input, offset, shape, order);
    case StoredType::uint16:
      return converted<std::uint16_t, std::int32_t>(input, offset, shape, order);
    case StoredType::uint32:
      return converted<std::uint32_t, std::int64_t>(input, offset, shape, order);
    case StoredType::uint64:
      return converted<std::uint64_t, std::int64_t>(input, offset, shape, order);
    case StoredType::float16:
      return converted<Float16, float>(input, offset, shape, order);
    case StoredType::bfloat16:
      return converted<BFloat16, float>(input, offset, shape, order);
    default:
      break;
  }
  return tensor_at(input, offset, loaded_as(type), shape, order);
}

}  // namespace tapegrad::io
