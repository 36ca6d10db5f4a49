// Formulas that several operations share. Their text runs on scalars, batches and tensors.
#pragma once

#include <concepts>
#include <limits>
#include <type_traits>

#include "ops/elementwise.hpp"
#include "ops/gauss.hpp"
#include "ops/weighted.hpp"
#include "tapegrad/ops/pointwise.hpp"

// Here the words for scalars and batches are in scope; those for tensors are found by argument.
namespace tapegrad::kernels {

template <class X>
inline constexpr bool is_tensor = std::same_as<std::remove_cvref_t<X>, Tensor>;

/// Whether X is float, or a batch of these.
template <class X, class T = std::remove_cvref_t<X>>
inline constexpr bool is_float = std::same_as<T, float> || std::same_as<T, Batch<float>>;

/// g, -g or 0, by the sign of x; NaN where x is. A choice: an infinite g isn't multiplied by 0.
auto by_sign(const auto& g, const auto& x) {
  const auto zero = constant(x, 0);
  const auto unsigned_part =
      where(x == x, zero, constant(x, std::numeric_limits<double>::quiet_NaN()));
  return where(x > zero, g, where(x < zero, -g, unsigned_part));
}

auto sign_of(const auto& x) { return by_sign(constant(x, 1), x); }

/// where(condition, rare(), usual), for a condition that few batches meet: the others don't pay.
auto where_rare(const auto& condition, const auto& rare, const auto& usual) {
  return any(condition) ? where(condition, rare(), usual) : usual;
}

/// weight * x, and 0 where the weight is 0, whatever x is. A gradient is a weight, too.
auto weighted_of(const auto& weight, const auto& x) {
  if constexpr (is_tensor<decltype(x)>) {
    return weighted(weight, x);
  } else {
    const auto zero = constant(weight, 0);
    return where(weight == zero, zero, weight * x);
  }
}

auto sigmoid_of(const auto& x) {
  if constexpr (is_tensor<decltype(x)>) {
    return sigmoid(x);
  } else {
    // 1 / (1 + e), or e / (1 + e), where exp of a negative number never overflows: each less a part
    // of it, which keeps what 1 + e has lost.
    const auto e = exp_of_minus_size(x);
    const auto top = where(x < constant(x, 0), e, constant(x, 1));
    return top - top * (e / (1 + e));
  }
}

/// e^(-x^2), the bell of the error function. Tensors record it as one operation.
auto gauss_of(const auto& x) {
  if constexpr (is_tensor<decltype(x)>) {
    return gauss(x);
  } else {
    // The square of the first half of x's digits is exact. Beyond 40 the result is 0.
    const auto size = minimum(abs(x), constant(x, 40));
    const auto spread = constant(x, is_float<decltype(x)> ? 0x1p12 + 1 : 0x1p27 + 1) * size;
    const auto high = spread - (spread - size);
    return exp(-(high * high)) * exp(-((size - high) * (size + high)));
  }
}

/// sigmoid(x) - y without the cancellation: its digits are those of the smaller tail.
auto sigmoid_minus(const auto& x, const auto& y) {
  if constexpr (is_tensor<decltype(x)>) {
    return (1 - y) * sigmoid(x) - y * sigmoid(-x);
  } else {
    const auto e = exp_of_minus_size(x);
    const auto zero = constant(x, 0);
    const auto rest = 1 - y;
    return where(x >= zero, rest - y * e, rest * e - y) / (1 + e);
  }
}

}  // namespace tapegrad::kernels
