// Formulas that several operations share. Their text runs on scalars, batches and tensors.
#pragma once

#include <concepts>
#include <type_traits>

#include "ops/elementwise.hpp"
#include "tapegrad/ops/pointwise.hpp"

namespace tapegrad {

auto sign_of(const auto& x) {
  const auto zero = constant(x, 0);
  // The last branch is x itself, so that NaN stays NaN.
  return where(x > zero, constant(x, 1), where(x < zero, constant(x, -1), x));
}

auto sigmoid_of(const auto& x) {
  if constexpr (std::same_as<std::remove_cvref_t<decltype(x)>, Tensor>) {
    return sigmoid(x);
  } else {
    // exp of a negative number never overflows: e = exp(-|x|) serves both sides.
    const auto e = exp(-abs(x));
    return where(x >= constant(x, 0), constant(x, 1), e) / (1 + e);
  }
}

}  // namespace tapegrad
