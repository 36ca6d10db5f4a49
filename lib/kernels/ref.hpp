// What a kernel sees of a tensor: where its elements are and how they lie.
#pragma once

#include <cstddef>

#include "core/tensor_impl.hpp"

namespace tapegrad::kernels {

struct Ref {
  DType dtype;
  std::byte* data;  // the first element, offset included
  const Layout* layout;

  template <class T>
  T* as() const {
    return reinterpret_cast<T*>(data);
  }
};

/// Valid while x is alive. Throws Error for what has no values while a program is captured.
inline Ref ref(const Tensor& x) {
  const TensorImpl& impl = impl_of(x);
  std::byte* const data = impl.storage->data;
  if (!data) [[unlikely]]
    refuse_without_values("tensor", x);
  const auto offset = static_cast<std::size_t>(impl.layout.offset()) * size_of(impl.dtype);
  return {impl.dtype, data + offset, &impl.layout};
}

/// With another layout (a broadcast one, say) over the same first element.
inline Ref with_layout(Ref r, const Layout& layout) { return {r.dtype, r.data, &layout}; }

}  // namespace tapegrad::kernels
