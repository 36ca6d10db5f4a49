// The operation of as_strided(), which also stands for a view that is taken again.
#pragma once

#include "ops/shape/view_op.hpp"

namespace tapegrad {

/// AsStrided (strided.hpp) for places that may meet. Derivative: the gradient added up at them.
struct Restrided : ViewOp {
  static constexpr std::string_view name = "restrided";
  Layout place;
  explicit Restrided(const Layout& to) : place(to) {}
  void attributes(AttributeList& list) const;
  Layout layout(const Layout& x) const {
    return Layout(place.shape(), place.strides(), x.offset() + place.offset());
  }
  Grads vjp(const Saved& s, const Tensor& g) const;
};

}  // namespace tapegrad
