// Any layout over a row-major tensor, and writing through one: what in-place changes through views
// are recorded as.
#pragma once

#include "autograd/apply.hpp"
#include "core/layout.hpp"

namespace tapegrad {

/// The elements of x, counted row by row, that `place` selects; no element twice.
/// Derivative: the gradient scattered into zeros.
struct AsStrided {
  static constexpr std::string_view name = "as_strided";
  static constexpr Needs saves(Needs) { return save_nothing; }
  Layout place;
  Layout layout(const Layout& x) const;
  void attributes(AttributeList& list) const;
  Grads vjp(const Saved& s, const Tensor& g) const;
};

/// A copy of x in which the elements that `place` selects are replaced by those of `part`.
/// Derivative: the gradient with these elements zeroed, and the gradient at these elements.
struct AsStridedScatter {
  static constexpr std::string_view name = "as_strided_scatter";
  static constexpr Needs saves(Needs) { return save_nothing; }
  Layout place;
  Like result(const Tensor& x, const Tensor&) const { return like(x); }
  void into(const Tensor& y, const Tensor& x, const Tensor& part) const;
  void attributes(AttributeList& list) const;
  Grads vjp(const Saved& s, const Tensor& g) const;
};

Tensor as_strided(const Tensor& x, const Layout& place);
Tensor as_strided_scatter(const Tensor& x, const Tensor& part, const Layout& place);

}  // namespace tapegrad
