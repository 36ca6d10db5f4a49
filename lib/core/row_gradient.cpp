#include "core/row_gradient.hpp"

#include "core/sizes.hpp"

namespace tapegrad {

constinit std::atomic<std::int64_t> row_gradients = 0;

RowNode::RowNode(Tensor which, Tensor their, const Shape& of_all)
    : Node(their.dtype(), of_all), rows(std::move(which)), values(std::move(their)) {
  row_gradients.fetch_add(1, std::memory_order_relaxed);
}

RowNode::~RowNode() { row_gradients.fetch_sub(1, std::memory_order_relaxed); }

Tensor row_gradient_of(Tensor rows, Tensor values, const Shape& of_all) {
  const DType dtype = values.dtype();
  const Layout layout(of_all);
  const std::size_t bytes = checked_bytes("embedding", layout.numel(), dtype);
  const Ptr<Node> node(new RowNode(std::move(rows), std::move(values), of_all));
  Tensor gradient = make_tensor(dtype, make_foreign_storage(nullptr, bytes), layout);
  gradient.impl()->node = node;
  return gradient;
}

}  // namespace tapegrad
