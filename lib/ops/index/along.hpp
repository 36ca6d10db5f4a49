// One element of each line along a dimension, taken or put: what operations that choose by an index
// and their derivatives are made of.
#pragma once

#include <algorithm>

#include "autograd/apply.hpp"

namespace tapegrad {

/// The element of each line of x along `dim` at the line's index; indices have x's shape without
/// `dim`. Derivative: put_along.
struct TakeAlong {
  static constexpr std::string_view name = "take_along";
  static constexpr Needs saves(Needs) { return save_input(1); }
  std::size_t dim;
  void attributes(AttributeList& list) const { list("dim", dim); }
  Meta result(const Tensor& x, const Tensor& indices) const { return {x.dtype(), indices.shape()}; }
  void into(const Tensor& out, const Tensor& x, const Tensor& indices) const;
  Grads vjp(const Saved& s, const Tensor& g) const;
};

/// Zeros of shape `to` with the elements of x at the index of each line along `dim`.
/// Derivative: take_along.
struct PutAlong {
  static constexpr std::string_view name = "put_along";
  static constexpr Needs saves(Needs) { return save_input(1); }
  std::size_t dim;
  Shape to;
  void each_size(const auto& f) { std::for_each(to.begin(), to.end(), f); }
  void attributes(AttributeList& list) const { list("dim", dim); }
  Meta result(const Tensor& x, const Tensor&) const { return {x.dtype(), to}; }
  void into(const Tensor& out, const Tensor& x, const Tensor& indices) const;
  Grads vjp(const Saved& s, const Tensor& g) const;
};

Tensor take_along(const Tensor& x, const Tensor& indices, std::size_t dim);
Tensor put_along(const Tensor& x, const Tensor& indices, std::size_t dim, const Shape& to);

}  // namespace tapegrad
