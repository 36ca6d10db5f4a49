// SIMD batches number by number, where a function has no better form.
#pragma once

#include <array>
#include <concepts>
#include <xsimd/xsimd.hpp>

namespace tapegrad::kernels {

template <std::floating_point T, class A>
[[gnu::noinline]] xsimd::batch<T, A> lane_by_lane(xsimd::batch<T, A> x, T (*f)(T)) {
  alignas(64) std::array<T, xsimd::batch<T, A>::size> each;
  x.store_aligned(each.data());
  for (T& number : each) number = f(number);
  return xsimd::batch<T, A>::load_aligned(each.data());
}

}  // namespace tapegrad::kernels
