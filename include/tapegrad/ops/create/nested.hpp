// Tensors of values that stand in the program.
#pragma once

#include <initializer_list>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// A number, or a braced list of such: what tensor({{1, 2}, {3, 4}}) is called with. It refers to
/// the lists that it was made from, so it must not outlive the call.
class NestedList {
 public:
  template <class T>
  requires std::is_arithmetic_v<T> NestedList(T value) : value_(value) {}
  NestedList(std::initializer_list<NestedList> items) : items_(items), is_list_(true) {}
  NestedList(const NestedList&) = delete;
  NestedList& operator=(const NestedList&) = delete;

  bool is_list() const { return is_list_; }
  Scalar value() const { return value_; }
  const std::initializer_list<NestedList>& items() const { return items_; }

 private:
  Scalar value_ = false;
  std::initializer_list<NestedList> items_;
  bool is_list_ = false;
};

/// The numbers as they are nested: tensor({{1, 2}, {3, 4}}) has shape [2, 2], tensor(5) rank 0.
/// Default dtype: float32 if any is floating, else int64 if any is an integer, else bool.
/// Throws ShapeError for ragged lists and beyond eight levels, DTypeError for a number that doesn't
/// fit the dtype.
Tensor tensor(const NestedList& values, const TensorOptions& options = {});

namespace detail {

/// What tensor() makes of elements that stand in memory.
Tensor tensor_of(const Tensor& values, const TensorOptions& options);

}  // namespace detail

/// Shape [n], of the elements' C++ type unless `options` says otherwise. Takes the vector over
/// without a copy when it is moved in and keeps its type. Throws DTypeError for an element that
/// doesn't fit the dtype.
template <Element T>
Tensor tensor(std::vector<T> values, const TensorOptions& options = {}) {
  return detail::tensor_of(Tensor::from_vector(std::move(values)), options);
}
/// The same, copied.
template <class T, std::size_t N>
requires Element<std::remove_const_t<T>> Tensor tensor(std::span<T, N> values,
                                                       const TensorOptions& options = {}) {
  return tensor(std::vector<std::remove_const_t<T>>(values.begin(), values.end()), options);
}

}  // namespace tapegrad
