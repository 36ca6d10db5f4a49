// Views whose base was changed in a recorded way after they were taken. What they hold then was
// made by that change: they get the record of the same view, taken now.
#include <mutex>

#include "autograd/apply.hpp"
#include "core/check.hpp"
#include "ops/shape/restrided.hpp"
#include "ops/strided.hpp"

namespace tapegrad {
namespace {

/// Two threads may read a stale view at a time; the one that comes second finds it taken.
std::mutex& taking() {
  static std::mutex mutex;
  return mutex;
}

/// Why `view` can't be taken again; null where it can.
const char* refusal(const TensorImpl& view) {
  const TensorImpl& base = *view.base;
  if (view.storage.get() != base.storage.get()) {
    return "to_() has given its base other elements since; take the view again";
  }
  if (!base.layout.is_contiguous()) {
    return "and its base doesn't lie row by row; take the view again after the change";
  }
  const bool base_was_tracked =
      (view.recorded_writes & tracked_by_write) != 0 || !(base.recorded_writes & tracked_by_write);
  if (!view.node && base_was_tracked) {
    return "and the view was taken under NoGrad, so that it isn't clear whether it should be "
           "tracked; take it again, or detach() it before the change";
  }
  return nullptr;
}

Ptr<Node> record_again(const Tensor& view) {
  const TensorImpl& impl = *view.impl();
  const Layout place(impl.layout.shape(), impl.layout.strides(),
                     impl.layout.offset() - impl.base->layout.offset());
  const Tensor whole = Tensor::adopt(Ptr<TensorImpl>(impl.base).release());
  if (place.overlaps_itself()) return record(Restrided(place), view, whole);
  return record(AsStrided{place}, view, whole);
}

/// Null, or why it can't be done.
const char* try_again(const Tensor& view) {
  TensorImpl& impl = *view.impl();
  const std::lock_guard lock(taking());
  if (!is_stale(impl)) return nullptr;
  if (const char* why = refusal(impl)) return why;
  impl.node = record_again(view);
  impl.recorded_writes = impl.base->recorded_writes;
  return nullptr;
}

}  // namespace

void take_again(std::string_view operation, const Tensor& view) {
  if (const char* why = try_again(view)) {
    fail<AutogradError>(
        "{}: this view of shape {} was taken before a recorded operation changed its "
        "base in place, {}",
        operation, view.impl()->layout.shape(), why);
  }
}

const Ptr<Node>& node_of(const Tensor& x, std::string_view operation) {
  const TensorImpl& impl = impl_of(x, operation);
  if (is_stale(impl)) [[unlikely]]
    try_again(x);
  return impl.node;
}

}  // namespace tapegrad
