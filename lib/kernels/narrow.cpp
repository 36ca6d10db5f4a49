#include "kernels/narrow.hpp"

#include <algorithm>
#include <concepts>
#include <limits>
#include <type_traits>
#if defined(__F16C__)
#include <immintrin.h>
#endif

#include "core/dispatch.hpp"
#include "kernels/conversion.hpp"
#include "kernels/copy.hpp"

namespace tapegrad::kernels {
namespace {

/// computed_in() of a narrow type.
template <class T>
using Wide = std::conditional_t<std::integral<T>, std::int32_t, float>;

template <class F>
void dispatch_narrow(DType dtype, const F& f) {
  if (dtype == DType::int8) return f(std::type_identity<std::int8_t>{});
  if (dtype == DType::int16) return f(std::type_identity<std::int16_t>{});
  if (dtype == DType::float16) return f(std::type_identity<Float16>{});
  f(std::type_identity<BFloat16>{});
}

constexpr std::int64_t block_length = 512;

/// Elements one behind the other, in the type that is computed in.
struct Block {
  alignas(64) std::byte bytes[block_length * sizeof(double)];
  DType dtype;

  Ref ref(const Layout& layout) { return {dtype, bytes, &layout}; }
};

void load(Block& block, DType dtype, const std::byte* from, std::int64_t stride, std::int64_t n) {
  block.dtype = computed_in(dtype);
  if (!is_narrow(dtype)) return Conversion(dtype, dtype)(block.bytes, 1, from, stride, n);
  dispatch_narrow(dtype, [&]<class T>(std::type_identity<T>) {
    const auto* elements = reinterpret_cast<const T*>(from);
    auto* to = reinterpret_cast<Wide<T>*>(block.bytes);
    if (stride == 1) {
      for (std::int64_t i = 0; i < n; ++i) to[i] = static_cast<Wide<T>>(elements[i]);
    } else {
      for (std::int64_t i = 0; i < n; ++i) to[i] = static_cast<Wide<T>>(elements[i * stride]);
    }
  });
}

/// Integers wrap around, but what was a fraction takes the nearest that there is.
template <class T>
T narrowed(Wide<T> value, [[maybe_unused]] bool was_floating) {
  if constexpr (std::integral<T>) {
    using Limits = std::numeric_limits<T>;
    if (was_floating) value = std::clamp<Wide<T>>(value, Limits::min(), Limits::max());
  }
  return static_cast<T>(value);
}

/// to[i] = T(from[i]) as far as there are instructions for it, which give the same bits; how far.
template <class T>
std::int64_t store_by_instructions([[maybe_unused]] T* to, [[maybe_unused]] const Wide<T>* from,
                                   [[maybe_unused]] std::int64_t n) {
  std::int64_t done = 0;
#if defined(__F16C__)
  if constexpr (std::same_as<T, Float16>) {
    for (; done + 8 <= n; done += 8) {
      const __m128i halves =
          _mm256_cvtps_ph(_mm256_loadu_ps(from + done), _MM_FROUND_TO_NEAREST_INT);
      _mm_storeu_si128(reinterpret_cast<__m128i*>(to + done), halves);
    }
  }
#endif
  return done;
}

void store(const Block& block, bool was_floating, DType dtype, std::byte* to, std::int64_t stride,
           std::int64_t n) {
  if (!is_narrow(dtype)) return Conversion(dtype, dtype)(to, stride, block.bytes, 1, n);
  dispatch_narrow(dtype, [&]<class T>(std::type_identity<T>) {
    const auto* from = reinterpret_cast<const Wide<T>*>(block.bytes);
    auto* elements = reinterpret_cast<T*>(to);
    if (stride == 1) {
      for (std::int64_t i = store_by_instructions(elements, from, n); i < n; ++i) {
        elements[i] = narrowed<T>(from[i], was_floating);
      }
    } else {
      for (std::int64_t i = 0; i < n; ++i)
        elements[i * stride] = narrowed<T>(from[i], was_floating);
    }
  });
}

}  // namespace

void convert_narrow(const Walk<2>& walk, DType to, DType from) {
  const auto to_size = static_cast<std::int64_t>(size_of(to));
  const auto from_size = static_cast<std::int64_t>(size_of(from));
  walk.parallel_rows(grain, [&](const auto& at, const auto& stride, std::int64_t length) {
    Block loaded;
    Block other;
    for (std::int64_t i = 0; i < length; i += block_length) {
      const std::int64_t n = std::min(block_length, length - i);
      load(loaded, from, at[1] + i * stride[1] * from_size, stride[1], n);
      other.dtype = computed_in(to);
      const bool alike = other.dtype == loaded.dtype;
      if (!alike) {
        const Layout row(Shape{n});
        copy(other.ref(row), loaded.ref(row));
      }
      store(alike ? loaded : other, is_floating(from), to, at[0] + i * stride[0] * to_size,
            stride[0], n);
    }
  });
}

}  // namespace tapegrad::kernels
