// Tensors from nothing: constants, ranges, values that stand in the program.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// Uninitialised elements.
Tensor empty(const Shape& shape, const TensorOptions& options = {});
/// Every element is `value`, whose kind gives the default dtype: bool, int64 or float32. Throws
/// DTypeError when it doesn't fit the dtype.
Tensor full(const Shape& shape, Scalar value, const TensorOptions& options = {});
Tensor zeros(const Shape& shape, const TensorOptions& options = {});
Tensor ones(const Shape& shape, const TensorOptions& options = {});

/// The shape and, unless `options` says otherwise, the dtype of x.
Tensor empty_like(const Tensor& x, const TensorOptions& options = {});
Tensor full_like(const Tensor& x, Scalar value, const TensorOptions& options = {});
Tensor zeros_like(const Tensor& x, const TensorOptions& options = {});
Tensor ones_like(const Tensor& x, const TensorOptions& options = {});

/// start, start + step, ... before end (after it, for a negative step): ceil((end - start) / step)
/// numbers. int64 if all three are integers, else float32, unless `options` says otherwise; for an
/// integer dtype the three are cut to integers first. Throws ShapeError when the step doesn't lead
/// from start to end or isn't finite, DTypeError for bool or a dtype that doesn't hold the numbers.
Tensor arange(Scalar start, Scalar end, Scalar step = 1, const TensorOptions& options = {});
/// From 0 in steps of 1.
Tensor arange(Scalar end, const TensorOptions& options = {});

/// `steps` numbers at equal distances, the first `start`, the last exactly `end`; just `start` for
/// one step. float32 unless `options` says otherwise; an integer dtype cuts the fractions off, and
/// is exact between integers, beyond 2^53 too. Any two finite ends will do, however far apart.
/// Throws Error for others (between 0 and infinity there is no middle), ShapeError when `steps` is
/// negative, DTypeError for bool or a dtype that doesn't hold the numbers.
Tensor linspace(Scalar start, Scalar end, std::int64_t steps, const TensorOptions& options = {});

/// Ones on the diagonal of an n x m matrix (n x n), zeros elsewhere.
Tensor eye(std::int64_t n, const TensorOptions& options = {});
Tensor eye(std::int64_t n, std::int64_t m, const TensorOptions& options = {});

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
