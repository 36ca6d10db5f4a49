// The polynomials of the elementary functions, and how SIMD batches evaluate them.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <xsimd/xsimd.hpp>

namespace tapegrad::kernels {

/// What the formulas need to know of a floating-point type. tools/minimax.py makes polynomials,
/// from the constant upwards; ln2_high * n is exact for every exponent n.
template <class T>
struct Formulas;

template <>
struct Formulas<float> {
  using Bits = std::uint32_t;
  static constexpr int bias = 127;
  static constexpr float ln2_high = 0x1.62ep-1F;
  static constexpr float ln2_low = 0x1.0bfbe8p-15F;
  // Where exp is far below the smallest subnormal, and above the largest number.
  static constexpr float exp_first = -176;
  static constexpr float exp_last = 89;
  // In between, and where -x is, the results are normal numbers.
  static constexpr float exp_normal = 87;
  // For RowPower: up to here the n of an x, and of what is so much less that its power vanishes
  // beside that of x, can be taken from x exactly; the power of two that keeps such powers normal.
  static constexpr float exp_exact = 2048;
  static constexpr int lift = 26;
  static constexpr std::array exp{5.00000003e-1F, 1.66665769e-1F, 4.16663748e-2F, 8.36319703e-3F,
                                  1.39411544e-3F};
  static constexpr std::array log{6.66667764e-1F, 3.99775404e-1F, 2.98717610e-1F};
  static constexpr std::array tanh{-3.33332839e-1F, 1.33314913e-1F, -5.37434979e-2F, 2.06505861e-2F,
                                   -5.71704337e-3F};
};

template <>
struct Formulas<double> {
  using Bits = std::uint64_t;
  static constexpr int bias = 1023;
  static constexpr double ln2_high = 0x1.62e42fefa38p-1;
  static constexpr double ln2_low = 0x1.ef35793c7673p-45;
  static constexpr double exp_first = -1418;
  static constexpr double exp_last = 710;
  static constexpr double exp_normal = 708;
  static constexpr double exp_exact = 512;
  static constexpr int lift = 56;
  static constexpr std::array exp{
      5.0000000000000010e-1, 1.6666666666666675e-1, 4.1666666666624032e-2, 8.3333333333222112e-3,
      1.3888888917261011e-3, 1.9841269886580930e-4, 2.4801521223253715e-5, 2.7557242344510852e-6,
      2.7620122771907181e-7, 2.5110048441308739e-8};
  static constexpr std::array log{
      6.6666666666667344e-1, 3.9999999999414604e-1, 2.8571428742407318e-1, 2.2222198570883813e-1,
      1.8183564458347409e-1, 1.5314046879621148e-1, 1.4795989094577524e-1};
  static constexpr std::array tanh{
      -3.3333333333332878e-1, 1.3333333333264920e-1, -5.3968253932483868e-2, 2.1869487601993715e-2,
      -8.8632213195791718e-3, 3.5919915729343819e-3, -1.4549704864932722e-3, 5.8635251615427031e-4,
      -2.2863330275373988e-4, 7.7219246169325221e-5, -1.6107577368636108e-5};
};

/// The bits of a batch as integers of its width, and back.
template <class T, class A>
using BitsOf = xsimd::batch<typename Formulas<T>::Bits, A>;

template <class T, class A>
BitsOf<T, A> bits_of(const xsimd::batch<T, A>& x) {
  return std::bit_cast<BitsOf<T, A>>(x);
}

/// The part of polynomial() with `count` coefficients from `first` on.
template <const auto& c, std::size_t first, std::size_t count, class V, std::size_t N>
[[gnu::always_inline]] inline V part_of_polynomial(const std::array<V, N>& powers) {
  if constexpr (count == 1) {
    constexpr auto constant = c[first];
    return V(constant);
  } else {
    constexpr std::size_t half = std::bit_floor(count - 1);
    // A power of its own for the last few would cost more than one product more.
    constexpr std::size_t low = half > 2 && 4 * (count - half) <= half ? half / 2 : half;
    return part_of_polynomial<c, first, low>(powers) +
           powers[std::bit_width(low) - 1] *
               part_of_polynomial<c, first + low, count - low>(powers);
  }
}

/// c[0] + c[1] x + c[2] x^2 + ... in halves (Estrin's scheme): Horner's, where every step waits for
/// the one before, takes up to twice as long.
template <const auto& c, class V>
[[gnu::always_inline]] inline V polynomial(const V& x) {
  std::array<V, std::bit_width(c.size() - 1)> powers{x};  // x, x^2, x^4, ...
  for (std::size_t k = 1; k < powers.size(); ++k) powers[k] = powers[k - 1] * powers[k - 1];
  return part_of_polynomial<c, 0, c.size()>(powers);
}

}  // namespace tapegrad::kernels
