// The end of a row, where fewer elements are left than a batch has.
#pragma once

#include <cstdint>

#include "kernels/simd.hpp"

namespace tapegrad::kernels {

/// Copies fewer elements than a batch has. The empty statement keeps compilers from calling memcpy,
/// which takes longer.
template <class T>
[[gnu::always_inline]] inline void copy_few(const T* from, std::int64_t count, T* to) {
  for (std::int64_t j = 0; j < count; ++j) {
    to[j] = from[j];
    asm volatile("" ::: "memory");
  }
}

/// The elements at `from`, `count` of them and fewer than a batch, filled up with `filler`.
template <class T>
[[gnu::always_inline]] inline Batch<T> part_of_batch(const T* from, std::int64_t count, T filler) {
  alignas(64) T part[Batch<T>::size];
  Batch<T>(filler).store_aligned(part);
  copy_few(from, count, part);
  return Batch<T>::load_aligned(part);
}

}  // namespace tapegrad::kernels
