// Any layout over a row-major tensor, and writing through one: what in-place changes through views
// are recorded as.
#pragma once

#include "autograd/apply.hpp"
#include "core/layout.hpp"

namespace tapegrad {

/// The elements of x, counted row by row, that `layout` selects; no element twice.
/// Derivative: the gradient scattered into zeros.
struct AsStrided {
  static constexpr std::string_view name = "as_strided";
  static constexpr Needs saves(Needs) { return save_nothing; }
  Layout layout;
  Tensor forward(const Tensor& x) const;
  Grads vjp(const Saved& s, const Tensor& g) const;
};

/// A copy of x in which the elements that `layout` selects are replaced by those of `part`.
/// Derivative: the gradient with these elements zeroed, and the gradient at these elements.
struct AsStridedScatter {
  static constexpr std::string_view name = "as_strided_scatter";
  static constexpr Needs saves(Needs) { return save_nothing; }
  Layout layout;
  Tensor forward(const Tensor& x, const Tensor& part) const;
  Grads vjp(const Saved& s, const Tensor& g) const;
};

Tensor as_strided(const Tensor& x, const Layout& layout);
Tensor as_strided_scatter(const Tensor& x, const Tensor& part, const Layout& layout);

}  // namespace tapegrad
