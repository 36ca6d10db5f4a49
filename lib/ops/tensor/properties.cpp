// What a tensor tells of itself.
#include "core/check.hpp"
#include "core/tensor_impl.hpp"

namespace tapegrad {

DType Tensor::dtype() const { return impl_of(*this, "dtype").dtype; }
const Shape& Tensor::shape() const { return impl_of(*this, "shape").layout.shape(); }
const Strides& Tensor::strides() const { return impl_of(*this, "strides").layout.strides(); }
std::int64_t Tensor::storage_offset() const {
  return impl_of(*this, "storage_offset").layout.offset();
}
std::int64_t Tensor::numel() const { return impl_of(*this, "numel").layout.numel(); }
bool Tensor::is_contiguous() const {
  return impl_of(*this, "is_contiguous").layout.is_contiguous();
}
bool Tensor::overlaps_itself() const {
  return impl_of(*this, "overlaps_itself").layout.overlaps_itself();
}
std::uint32_t Tensor::version() const {
  return impl_of(*this, "version").storage->version.load(std::memory_order_relaxed);
}
bool Tensor::shares_storage_with(const Tensor& other) const {
  check_defined_self("shares_storage_with", *this, other);
  return impl_of(*this, "shares_storage_with").storage.get() == impl_of(other).storage.get();
}
std::int64_t Tensor::dim() const {
  return static_cast<std::int64_t>(impl_of(*this, "dim").layout.rank());
}
std::int64_t Tensor::size(std::int64_t dim) const {
  const Shape& shape = impl_of(*this, "size").layout.shape();
  return shape[wrap_dim("size", dim, shape.size())];
}

}  // namespace tapegrad
