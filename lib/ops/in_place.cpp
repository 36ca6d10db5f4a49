#include "ops/in_place.hpp"

#include "core/check.hpp"
#include "core/extras.hpp"
#include "core/speaking.hpp"
#include "kernels/copy.hpp"
#include "ops/elementwise.hpp"
#include "ops/strided.hpp"

namespace tapegrad {

void check_reaches(std::string_view operation, const Tensor& self, const Tensor& other) {
  check<ShapeError>(broadcasts_to(other.shape(), self.shape()),
                    "{}: an operand of shape {} doesn't broadcast to shape {}, which can't grow "
                    "in place; use the out-of-place form",
                    operation, other.shape(), self.shape());
}

void check_in_place(std::string_view operation, const Tensor& self, DType result) {
  check<DTypeError>(kind_of(result) <= kind_of(self.dtype()),
                    "{}: a result of {} doesn't fit in place into {}; use the out-of-place form",
                    operation, result, self.dtype());
  check<Error>(!self.overlaps_itself(),
               "{}: elements of shape {} with strides {} share memory; clone() first", operation,
               self.shape(), self.strides());
}

void check_recordable(std::string_view operation, const Tensor& self) {
  const TensorImpl& x = *self.impl();
  check<AutogradError>(!x.node || !x.node->is_leaf(),
                       "{}: a leaf of shape {} that requires grad can't be changed in place while "
                       "recording; use the out-of-place form, or change it under NoGrad",
                       operation, self.shape());
  if (!x.base) return;
  check<AutogradError>(x.base->layout.is_contiguous(),
                       "{}: this view of shape {} looks at a tensor that doesn't lie row by row; "
                       "use the out-of-place form",
                       operation, self.shape());
  if (!x.base->node) {
    check<AutogradError>(
        !x.node,
        "{}: this is a view, of shape {}, of another that requires grad as a leaf; "
        "use the out-of-place form, or change it under NoGrad",
        operation, self.shape());
    return;
  }
  check<AutogradError>(!x.base->node->is_leaf(),
                       "{}: this is a view, of shape {}, of a leaf that requires grad; use the "
                       "out-of-place form, or change it under NoGrad",
                       operation, self.shape());
  check<AutogradError>(static_cast<bool>(x.node),
                       "{}: this view of shape {} was taken under NoGrad from a recorded tensor; "
                       "take the view again, or use the out-of-place form",
                       operation, self.shape());
}

bool check_writable(std::string_view operation, const Tensor& self, bool beside_tracked) {
  check_defined_self(operation, self);
  check_in_place(operation, self, self.dtype());
  check_history(operation, self);
  const TensorImpl& impl = *self.impl();
  const bool recorded = recording() && is_floating(impl.dtype) &&
                        (tracked(self) || (impl.base && impl.base->node) || beside_tracked);
  if (recorded) check_recordable(operation, self);
  return recorded;
}

Tensor intact(const Tensor& x, const Tensor& self, bool recorded) {
  return recorded && x.defined() && shares_storage(x, self) ? copy_with_history(x) : x;
}

Tensor& written(std::string_view operation, Tensor& self, const Tensor& result) {
  check<ShapeError>(result.shape() == self.shape(),
                    "{}: a result of shape {} doesn't fit in place into {}; use the out-of-place "
                    "form",
                    operation, result.shape(), self.shape());
  check_in_place(operation, self, result.dtype());
  return in_name_of(operation, [&]() -> Tensor& { return self.copy_(result); });
}

Tensor& write(std::string_view operation, Tensor& self, std::initializer_list<Operated> others,
              ResultIf result) {
  check_defined_self(operation, self);
  bool beside_tracked = false;
  for (const Operated& other : others) {
    if (!other.x->defined()) refuse_undefined(operation, other.place);
    beside_tracked = beside_tracked || tracked(*other.x);
  }
  return speaking_as(operation, [&]() -> Tensor& {
    const bool recorded = check_writable(operation, self, beside_tracked);
    return written(operation, self, result(recorded));
  });
}

namespace {

/// A gradient that is kept stays with the tensor.
void give_node(TensorImpl& x, Ptr<Node> node) {
  if (x.node && x.node->extras.load(std::memory_order_acquire)) [[unlikely]]
    hand_retained_over(*x.node, *node);
  x.node = std::move(node);
}

void take_node_back(TensorImpl& x, Ptr<Node> before) {
  if (x.node.get() != before.get() && x.node && before) hand_retained_over(*x.node, *before);
  x.node = std::move(before);
}

}  // namespace

void set_history(Tensor& self, Ptr<Node> node) {
  if (is_captured()) [[unlikely]]
    refuse_captured_history(node->name(), self);
  TensorImpl& view = *self.impl();
  TensorImpl& base = view.base ? *view.base : view;
  if (!base.node) base.recorded_writes |= tracked_by_write;
  give_node(view, std::move(node));
  view.recorded_writes = ++base.recorded_writes;
  if (!view.base) return;
  const Layout relative(view.layout.shape(), view.layout.strides(),
                        view.layout.offset() - base.layout.offset());
  const Tensor whole = Tensor::adopt(Ptr<TensorImpl>(view.base).release());
  give_node(base, record(AsStridedScatter{relative}, whole, whole, self));
  give_node(view, record(AsStrided{relative}, self, whole));
}

HistoryGuard::HistoryGuard(Tensor& self)
    : self_(*self.impl()),
      node_(self_.node),
      base_node_(self_.base ? self_.base->node : Ptr<Node>()),
      writes_(self_.recorded_writes),
      base_writes_(self_.base ? self_.base->recorded_writes : 0),
      version_(self_.storage->version.load(std::memory_order_relaxed)) {}

HistoryGuard::~HistoryGuard() {
  if (kept_) return;
  take_node_back(self_, std::move(node_));
  self_.recorded_writes = writes_;
  self_.storage->version.store(version_, std::memory_order_relaxed);
  if (!self_.base) return;
  take_node_back(*self_.base, std::move(base_node_));
  self_.base->recorded_writes = base_writes_;
}

Tensor apart_from(const Tensor& self, const Tensor& other) {
  if (!shares_storage(self, other) || self.impl()->layout == other.impl()->layout) return other;
  return unrecorded([&] { return other.clone(); });
}

Tensor computed_copy(const Tensor& self) {
  return unrecorded([&] { return widened(self); });
}

void store_copy(const Tensor& self, const Tensor& copy) {
  if (!copy.is_same(self)) kernels::copy(kernels::ref(self), kernels::ref(copy));
}

Tensor copy_with_history(const Tensor& x) {
  return reattach(unrecorded([&] { return x.clone(); }), x.impl()->node);
}

}  // namespace tapegrad
