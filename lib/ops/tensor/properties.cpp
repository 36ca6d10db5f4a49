// What a tensor tells of itself.
#include "core/check.hpp"
#include "core/tensor_impl.hpp"

namespace tapegrad {

DType detail::TensorHandle::dtype() const { return impl_of(*this, "dtype").dtype; }
const Shape& detail::TensorHandle::shape() const { return impl_of(*this, "shape").layout.shape(); }
const Strides& detail::TensorHandle::strides() const {
  return impl_of(*this, "strides").layout.strides();
}
std::int64_t detail::TensorHandle::storage_offset() const {
  return impl_of(*this, "storage_offset").layout.offset();
}
std::int64_t detail::TensorHandle::numel() const { return impl_of(*this, "numel").layout.numel(); }
bool detail::TensorHandle::is_contiguous() const {
  return impl_of(*this, "is_contiguous").layout.is_contiguous();
}
bool detail::TensorHandle::overlaps_itself() const {
  return impl_of(*this, "overlaps_itself").layout.overlaps_itself();
}
std::uint32_t detail::TensorHandle::version() const {
  return impl_of(*this, "version").storage->version.load(std::memory_order_relaxed);
}
bool detail::TensorHandle::shares_storage_with(const TensorHandle& other) const {
  check_defined_self("shares_storage_with", *this, other);
  return impl_of(*this, "shares_storage_with").storage.get() == impl_of(other).storage.get();
}
std::int64_t detail::TensorHandle::dim() const {
  return static_cast<std::int64_t>(impl_of(*this, "dim").layout.rank());
}
std::int64_t detail::TensorHandle::size(AsDim dim) const {
  const Shape& shape = impl_of(*this, "size").layout.shape();
  return shape[wrap_dim("size", dim, shape.size())];
}
std::int64_t detail::TensorHandle::stride(AsDim dim) const {
  const Strides& strides = impl_of(*this, "stride").layout.strides();
  return strides[wrap_dim("stride", dim, strides.size())];
}

}  // namespace tapegrad
