// Tensors of values that stand in the program.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <optional>
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
  NestedList(const Item& value) : value_(value) {}
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
/// What it makes of another tensor.
Tensor copy_of(const Tensor& x, const TensorOptions& options);
/// Throws DTypeError: from_blob() was told another dtype than its pointer has.
[[noreturn]] void refuse_blob(DType told, DType pointed_at);

}  // namespace detail

/// Tensor::from_blob(): memory that somebody else owns; row by row unless strides are given, which
/// {} are none.
template <Element T>
Tensor from_blob(T* data, const Shape& shape) {
  return Tensor::from_blob(data, shape);
}
template <Element T, std::convertible_to<std::function<void(void*)>> Deleter>
Tensor from_blob(T* data, const Shape& shape, Deleter deleter) {
  return Tensor::from_blob(data, shape, std::move(deleter));
}
template <Element T>
Tensor from_blob(T* data, const Shape& shape, const Strides& strides,
                 std::function<void(void*)> deleter = {}) {
  const auto given = strides.empty() ? std::nullopt : std::optional(strides);
  return Tensor::from_blob(data, shape, std::move(deleter), given);
}
/// With the dtype, as PyTorch wants it. Throws DTypeError unless it is that of T.
template <Element T>
Tensor from_blob(T* data, const Shape& shape, std::same_as<DType> auto dtype) {
  if (dtype != dtype_of<T>) detail::refuse_blob(dtype, dtype_of<T>);
  return Tensor::from_blob(data, shape);
}
template <class T>
requires std::is_const_v<std::remove_pointer_t<T>> Tensor from_blob(T, const Shape&,
                                                                    const auto&...) {
  static_assert(!std::is_pointer_v<T>,
                "tensors are written to: write tensor(std::span(data, n)) for a copy of constants");
  return {};
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
template <class T, std::size_t N>
struct Nest<std::array<T, N>> : Nest<std::vector<T>> {};
template <class T, std::size_t N>
requires(!NoNumber<T> || std::same_as<T, bool>) struct Nest<T[N]> : Nest<std::vector<T>> {
};

/// tensor() takes such a vector over as it is.
template <class T>
inline constexpr bool is_vector_of_elements = false;
template <Element T>
inline constexpr bool is_vector_of_elements<std::vector<T>> = true;

/// Lists whose numbers have to be gone through.
template <class List>
concept NestedNumbers = Nest<List>::levels >
0 && !is_vector_of_elements<List> &&
    (std::is_arithmetic_v<typename Nest<List>::Number> || Element<typename Nest<List>::Number>);

template <class List>
concept ComplexNumbers = Nest<List>::levels >
0 && requires(typename Nest<List>::Number z) {
  z.real();
  z.imag();
};

/// Throws ShapeError for a list of another size than the first one at its level.
void check_even(std::size_t size, std::int64_t first, std::size_t level);

/// Appends the numbers in `values`. The first list at each level, from `level` on, says its size.
template <class List, class Number>
void flatten(const List& values, std::size_t level, Shape& shape, std::vector<Number>& numbers) {
  if (level == shape.size()) shape.push_back(static_cast<std::int64_t>(std::size(values)));
  check_even(std::size(values), shape[level], level);
  for (const auto& value : values) {
    if constexpr (Nest<List>::levels > 1) {
      flatten(value, level + 1, shape, numbers);
    } else if constexpr (std::same_as<std::remove_cvref_t<decltype(value)>, char>) {
      numbers.push_back(value);  // letters are numbers in lists alone
    } else {
      numbers.push_back(Scalar(value).template to<Number>("tensor"));
    }
  }
}

}  // namespace detail

/// Vectors and arrays of other arithmetic types, where unsigned short becomes int32 and unsigned
/// int64, and of one another, all of one size at each level. Throws DTypeError for a number beyond
/// the element type, ShapeError for ragged vectors and beyond eight levels.
template <detail::NestedNumbers List>
Tensor tensor(const List& values, const TensorOptions& options = {}) {
  std::vector<detail::ElementFor<typename detail::Nest<List>::Number>> numbers;
  Shape shape;
  detail::flatten(values, 0, shape, numbers);
  while (shape.size() < detail::Nest<List>::levels) shape.push_back(0);  // no list at all
  return detail::tensor_of(Tensor::from_vector(std::move(numbers), shape), options);
}
/// A copy of another tensor outside the tape: x.detach().clone(), in another dtype where `options`
/// says so.
template <std::derived_from<Tensor> T>
Tensor tensor(const T& x, const TensorOptions& options = {}) {
  return detail::copy_of(x, options);
}
template <detail::ComplexNumbers List>
Tensor tensor(const List&, const TensorOptions& = {}) {
  static_assert(!detail::ComplexNumbers<List>, "there are no complex numbers: write two tensors");
  return {};
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
