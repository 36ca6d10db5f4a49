#include "autograd/saved.hpp"

#include "core/check.hpp"

namespace tapegrad {

void SavedTensor::keep(const Tensor& x) {
  if (!x.defined()) return;
  value = make_alias(x);
  version = value.impl()->storage->version.load(std::memory_order_relaxed);
}

void SavedTensor::check_unchanged(std::string_view operation) const {
  const TensorImpl& impl = *value.impl();
  const std::uint32_t now = impl.storage->version.load(std::memory_order_relaxed);
  check<AutogradError>(now == version,
                       "{}: a value of shape {} that its derivative needs was changed in place: "
                       "saved at version {}, now at version {}; use the out-of-place form, or "
                       "clone() before the change",
                       operation, impl.layout.shape(), version, now);
}

Tensor Saved::absent(std::size_t slot, const Ptr<Node>& node) const {
  if (values_[slot].version != SavedTensor::to_recompute) return {};
  const SavedTensor again = recomputed(node_, slot);
  again.check_unchanged(node_.name());
  return recording() && node ? reattach(again.value, node) : again.value;
}

Tensor reattach(const Tensor& saved, const Ptr<Node>& node) {
  Tensor x = make_alias(saved);
  x.impl()->node = node;
  return x;
}

Tensor widened_value(const Tensor& saved, const Ptr<Node>& node) {
  return widened(recording() && node ? reattach(saved, node) : saved);
}

}  // namespace tapegrad
