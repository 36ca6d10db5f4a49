// Tensors from xtensor expressions and containers, and tensors seen as xtensor expressions. Opt-in:
// nothing else includes this header. Works with xtensor 0.24 and later.
//
// With xtensor 0.24 reductions that are evaluated at once (xt::evaluation_strategy::immediate)
// crash in programs compiled as C++20. That is xtensor's; the lazy form, which is the default,
// works.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "tapegrad/tensor.hpp"

#if __has_include(<xtensor/containers/xadapt.hpp>)
#include <xtensor/containers/xadapt.hpp>
#include <xtensor/containers/xarray.hpp>
#include <xtensor/containers/xbuffer_adaptor.hpp>
#include <xtensor/containers/xtensor.hpp>
#include <xtensor/core/xnoalias.hpp>
#include <xtensor/views/xstrided_view.hpp>
#else
#include <xtensor/xadapt.hpp>
#include <xtensor/xarray.hpp>
#include <xtensor/xbuffer_adaptor.hpp>
#include <xtensor/xnoalias.hpp>
#include <xtensor/xstrided_view.hpp>
#include <xtensor/xtensor.hpp>
#endif

namespace [[gnu::visibility("default")]] tapegrad {
namespace detail {

/// Containers that own their elements, so that moving one moves them.
template <class C>
inline constexpr bool owns_elements = false;
template <class EC, xt::layout_type L, class SC, class Tag>
inline constexpr bool owns_elements<xt::xarray_container<EC, L, SC, Tag>> = true;
template <class EC, std::size_t N, xt::layout_type L, class Tag>
inline constexpr bool owns_elements<xt::xtensor_container<EC, N, L, Tag>> = true;

template <class E>
Shape shape_of(const E& e) {
  Shape shape;
  for (const auto size : e.shape()) shape.push_back(static_cast<std::int64_t>(size));
  return shape;
}

/// xtensor gives dimensions of one element the stride 0; any stride is right for them.
template <class C>
Strides strides_of(const C& container) {
  Strides strides;
  for (const auto stride : container.strides()) strides.push_back(stride);
  return strides;
}

template <class C>
Tensor take_over(C&& container) {
  using T = typename C::value_type;
  auto owner = std::make_shared<C>(std::move(container));
  T* data = owner->data();
  return Tensor::from_blob(
      data, shape_of(*owner), [owner](void*) mutable { owner.reset(); }, strides_of(*owner));
}

/// The elements of x from the first to the last that it reaches, and a handle that keeps them.
template <class T>
auto shared_elements(T* data, const Tensor& x) {
  std::int64_t extent = x.numel() > 0 ? 1 : 0;
  for (std::size_t d = 0; d < x.shape().size() && extent > 0; ++d) {
    extent += (x.shape()[d] - 1) * x.strides()[d];
  }
  using Buffer = xt::xbuffer_adaptor<T*, xt::smart_ownership, std::shared_ptr<const Tensor>>;
  using Elements = xt::xtensor_adaptor<Buffer, 1, xt::layout_type::row_major>;
  const auto count = static_cast<std::size_t>(extent);
  // Iterators of an empty view step back from its first element, so that must have an address.
  static std::remove_const_t<T> nothing[1] = {};
  if (count == 0) data = nothing;
  return Elements(Buffer(data, count, std::make_shared<const Tensor>(x)), {count});
}

template <class T>
auto strided_view(T* data, const Tensor& x) {
  // Not xt::dynamic_shape: in 0.24 a view with that shape takes a temporary of rank 4 when
  // assigned.
  std::vector<std::size_t> shape;
  std::vector<std::ptrdiff_t> strides;
  for (std::size_t d = 0; d < x.shape().size(); ++d) {
    shape.push_back(static_cast<std::size_t>(x.shape()[d]));
    // Where a dimension has one element, xtensor expects the stride 0.
    strides.push_back(x.shape()[d] == 1 ? 0 : x.strides()[d]);
  }
  const auto layout = x.is_contiguous() ? xt::layout_type::row_major : xt::layout_type::dynamic;
  return xt::strided_view<xt::layout_type::dynamic>(shared_elements(data, x), std::move(shape),
                                                    std::move(strides), 0, layout);
}

}  // namespace detail

/// A tensor with the elements, shape and element type of an xtensor expression.
/// An xt::xarray or xt::xtensor that is passed as an rvalue is taken over without a copy, with its
/// strides; everything else is evaluated once, row by row. The element type must be one that a
/// tensor can hold (use xt::cast). Throws ShapeError above rank 8.
template <class E>
Tensor from_xtensor(E&& expression) {
  using Value = typename std::decay_t<E>::value_type;
  static_assert(Element<Value>,
                "from_xtensor: no tensor holds this element type; use xt::cast<float>(...)");
  if constexpr (detail::owns_elements<E>) {  // E is no reference: an rvalue
    return detail::take_over(std::move(expression));
  } else {
    const Shape shape = detail::shape_of(expression);
    auto values = std::make_unique<Value[]>(static_cast<std::size_t>(numel(shape)));
    const std::vector<std::size_t> sizes(shape.begin(), shape.end());
    auto target =
        xt::adapt(values.get(), static_cast<std::size_t>(numel(shape)), xt::no_ownership(), sizes);
    xt::noalias(target) = expression;
    Value* data = values.release();
    return Tensor::from_blob(data, shape, [](void* p) { delete[] static_cast<Value*>(p); });
  }
}

/// The elements of x as an xtensor expression for reading, without a copy and with x's strides: it
/// can be indexed, iterated and used in any expression. It holds a handle of x, so it stays valid
/// when x is gone, and sees later in-place changes. Throws DTypeError unless x holds T.
template <Element T>
auto as_xtensor(const Tensor& x) {
  return detail::strided_view<const T>(x.data<T>(), x);
}

/// The same for writing: assigning to it writes into x. Counts as one in-place change of x, made
/// now: take it again after a tensor has been used on the tape. Throws as Tensor::mutable_data()
/// does, and Error if elements of x share memory.
template <Element T>
auto as_mutable_xtensor(Tensor& x) {
  for (std::size_t d = 0; d < x.shape().size(); ++d) {
    if (x.strides()[d] == 0 && x.shape()[d] > 1) {
      throw Error("as_mutable_xtensor: elements of shape " + to_string(x.shape()) +
                  " with strides " + to_string(x.strides()) + " share memory; clone() first");
    }
  }
  return detail::strided_view<T>(x.mutable_data<T>(), x);
}

}  // namespace tapegrad
