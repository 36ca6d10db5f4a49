// Tensors of values that stand in the program.
#pragma once

#include <concepts>
#include <cstdint>
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

/// Tensor::from_blob(): memory that somebody else owns, row by row.
template <Element T>
Tensor from_blob(T* data, const Shape& shape) {
  return Tensor::from_blob(data, shape);
}

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

namespace detail {

/// The element type for numbers of another arithmetic type: the smallest that holds all of them,
/// int64 for std::uint64_t and float64 for long double, which not all fit.
template <class T>
requires std::is_arithmetic_v<T>
using ElementFor = std::conditional_t<
    Element<T>, T,
    std::conditional_t<std::is_floating_point_v<T>, double,
                       std::conditional_t<(sizeof(T) < 4), std::int32_t, std::int64_t>>>;

template <class T>
struct Nest {
  static constexpr std::size_t levels = 0;
  using Number = T;
};
template <class T>
struct Nest<std::vector<T>> {
  static constexpr std::size_t levels = Nest<T>::levels + 1;
  using Number = typename Nest<T>::Number;
};

/// Throws ShapeError for a list of another size than the first one at its level.
void check_even(std::size_t size, std::int64_t first, std::size_t level);

/// Appends the numbers in `values`. The first list at each level, from `level` on, says its size.
template <class T, class Number>
void flatten(const std::vector<T>& values, std::size_t level, Shape& shape,
             std::vector<Number>& numbers) {
  if (level == shape.size()) shape.push_back(static_cast<std::int64_t>(values.size()));
  check_even(values.size(), shape[level], level);
  for (const auto& value : values) {
    if constexpr (Nest<T>::levels > 0) {
      flatten(value, level + 1, shape, numbers);
    } else {
      numbers.push_back(Scalar(value).template to<Number>("tensor"));
    }
  }
}

}  // namespace detail

/// Vectors of other arithmetic types, where unsigned short becomes int32 and unsigned int64, and
/// vectors of vectors, all of one size at each level. Throws DTypeError for a number beyond the
/// element type, ShapeError for ragged vectors and beyond eight levels.
template <class T>
requires(!Element<T> && std::is_arithmetic_v<typename detail::Nest<T>::Number>) Tensor
    tensor(const std::vector<T>& values, const TensorOptions& options = {}) {
  std::vector<detail::ElementFor<typename detail::Nest<T>::Number>> numbers;
  Shape shape;
  detail::flatten(values, 0, shape, numbers);
  constexpr std::size_t rank = detail::Nest<std::vector<T>>::levels;
  while (shape.size() < rank) shape.push_back(0);  // the sizes of no list at all
  return detail::tensor_of(Tensor::from_vector(std::move(numbers), shape), options);
}

/// The dtype alone as the options: tensor({1, 2}, float64).
template <class Values, std::same_as<DType> T>
Tensor tensor(Values&& values, T dtype) {
  return tensor(std::forward<Values>(values), TensorOptions{.dtype = dtype});
}
template <std::same_as<DType> T>
Tensor tensor(const NestedList& values, T dtype) {
  return tensor(values, TensorOptions{.dtype = dtype});
}

}  // namespace tapegrad
