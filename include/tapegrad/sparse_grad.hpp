// Gradients that have few rows, as an embedding with `sparse` gives them to its weight.
#pragma once

#include <optional>

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// The rows of a gradient that aren't 0, or were touched, and nothing of all others; what PyTorch
/// calls a coalesced sparse tensor.
struct SparseGrad {
  /// [k] of int64, ascending, each once.
  Tensor indices = {};
  /// [k, d], the gradients of these rows. It is the leaf's own: what is changed in place, as
  /// nn::clip_grad_norm_() does, changes the gradient.
  Tensor values = {};
  /// Of the dense gradient.
  Shape shape = {};

  /// A new tensor with all elements.
  Tensor to_dense() const;
};

/// The gradient of a leaf while it is one of rows: backward() has brought it rows alone
/// (nn::embedding() says when). Nothing where it has a dense gradient or none, for what isn't a
/// leaf, and in a captured function, where gradients are dense. It stays one of rows until a
/// dense gradient is added, or Tensor::grad() is asked for it: that makes it dense, and keeps it
/// so, until it is dropped.
std::optional<SparseGrad> sparse_grad(const Tensor& leaf);

}  // namespace tapegrad
