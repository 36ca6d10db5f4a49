// Tensors from nested braces: first the shape and the kind, then the numbers.
#include <algorithm>

#include "core/check.hpp"
#include "core/dispatch.hpp"
#include "kernels/ref.hpp"
#include "ops/create/options.hpp"
#include "tapegrad/ops/create/nested.hpp"

namespace tapegrad {
namespace {

/// The shape that the first item of every level suggests.
Shape suggested_shape(const NestedList& values) {
  Shape shape;
  const NestedList* level = &values;
  while (level->is_list()) {
    shape.push_back(static_cast<std::int64_t>(level->items().size()));
    if (level->items().size() == 0) break;
    level = level->items().begin();
  }
  return shape;
}

/// Throws ShapeError unless all lists have the sizes of `shape`; gives the largest kind of number.
DType kind_within(const NestedList& values, const Shape& shape, std::size_t level) {
  if (level == shape.size()) {
    check<ShapeError>(!values.is_list(),
                      "tensor: a list of {} stands where the first items of {} "
                      "have a number; the lists are ragged",
                      values.items().size(), shape);
    return values.value().kind();
  }
  check<ShapeError>(values.is_list(),
                    "tensor: a number stands where the first items of {} have a "
                    "list; the lists are ragged",
                    shape);
  const auto size = static_cast<std::int64_t>(values.items().size());
  check<ShapeError>(size == shape[level],
                    "tensor: a list of {} at level {} where the first has {}; "
                    "the lists are ragged",
                    size, level, shape[level]);
  DType kind = boolean;
  for (const NestedList& item : values.items()) {
    kind = std::max(kind, kind_within(item, shape, level + 1));
  }
  return kind;
}

template <class T>
T* write(const NestedList& values, T* to) {
  if (!values.is_list()) {
    *to = values.value().to<T>("tensor");
    return to + 1;
  }
  for (const NestedList& item : values.items()) to = write(item, to);
  return to;
}

}  // namespace

Tensor tensor(const NestedList& values, const TensorOptions& options) {
  const Shape shape = suggested_shape(values);
  const DType kind = kind_within(values, shape, 0);
  const bool no_numbers = numel(shape) == 0;
  const DType usual = kind == float64 || no_numbers ? float32 : kind;
  const Tensor x = make_tensor("tensor", chosen("tensor", options, usual), shape);
  dispatch_stored(x.dtype(),
                  [&]<class T>(std::type_identity<T>) { write(values, kernels::ref(x).as<T>()); });
  return finished(x, options);
}

void detail::check_even(std::size_t size, std::int64_t first, std::size_t level) {
  check<ShapeError>(static_cast<std::int64_t>(size) == first,
                    "tensor: a vector of {} at level {} where the first has {}; the vectors are "
                    "ragged",
                    size, level, first);
}

void detail::refuse_blob(DType told, DType pointed_at) {
  fail<DTypeError>("from_blob: told {} for a pointer to {}", told, pointed_at);
}

Tensor detail::tensor_of(const Tensor& values, const TensorOptions& options) {
  return finished(stored("tensor", values, chosen("tensor", options, values.dtype())), options);
}

Tensor detail::copy_of(const Tensor& x, const TensorOptions& options) {
  check_defined("tensor", x);
  const DType dtype = chosen("tensor", options, x.dtype());
  const Tensor other = x.detach();
  return finished(dtype == x.dtype() ? other.clone() : other.to(dtype), options);
}

}  // namespace tapegrad
