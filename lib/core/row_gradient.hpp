// A gradient whose rows are 0 but for some: what a reverse pass brings to a leaf from which rows
// were looked up, in the place of a dense one.
#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

#include "core/node.hpp"
#include "core/tensor_impl.hpp"

namespace tapegrad {

/// Behind a tensor that has the shape of the leaf and no bytes, so that a kernel which doesn't know
/// of rows refuses it. Rows and values stay the tensors that they are.
struct RowNode final : Node {
  RowNode(Tensor which, Tensor their, const Shape& of_all);
  ~RowNode() override;
  std::string_view name() const override { return "rows"; }
  Grads vjp(const Tensor&) override { return {}; }
  std::span<Ptr<Node>> inputs() override { return {}; }

  /// [k] of int64, ascending, each once.
  const Tensor rows;
  /// [k, ...], their elements.
  const Tensor values;
  /// What was in the leaf when this was about to be added, and the sum of both: whoever adds takes
  /// no memory then.
  Tensor onto = {};
  Tensor sum = {};
};

/// How many there are, in all threads: a step that finds 0 looks for none.
extern constinit std::atomic<std::int64_t> row_gradients;

/// Throws MemoryError.
Tensor row_gradient_of(Tensor rows, Tensor values, const Shape& of_all);

inline bool has_bytes(const Tensor& x) { return x.impl()->storage->data != nullptr; }

/// Null for a tensor that has all its elements, or will have in the run of a program.
inline RowNode* row_node_of(const Tensor& x) {
  if (has_bytes(x)) return nullptr;
  return dynamic_cast<RowNode*>(x.impl()->node.get());
}

}  // namespace tapegrad
