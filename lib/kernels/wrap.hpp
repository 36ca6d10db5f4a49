// Integer arithmetic that wraps around. Sums, differences and products have the same bits in the
// unsigned type, where overflow is defined.
#pragma once

#include <cstdint>

namespace tapegrad::kernels {

template <class T>
struct UnsignedOf {
  using type = T;
};
template <>
struct UnsignedOf<std::int32_t> {
  using type = std::uint32_t;
};
template <>
struct UnsignedOf<std::int64_t> {
  using type = std::uint64_t;
};

/// The unsigned type beside int32 and int64, T itself for all others.
template <class T>
using Unsigned = typename UnsignedOf<T>::type;

}  // namespace tapegrad::kernels
