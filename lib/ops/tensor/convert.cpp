// Copies and conversions of whole tensors.
#include "autograd/apply.hpp"
#include "core/check.hpp"
#include "core/extras.hpp"
#include "kernels/copy.hpp"
#include "tapegrad/tensor.hpp"

namespace tapegrad {
namespace {

/// The elements again, in the type of the copy.
struct Copying {
  static constexpr bool any_layout = true;
  static constexpr bool each_element = true;
  static constexpr bool any_dtype = true;
  void into(const Tensor& y, const Tensor& x) const {
    kernels::copy(kernels::ref(y), kernels::ref(x));
  }
};

struct Clone : Copying {
  static constexpr std::string_view name = "clone";
  static constexpr Needs saves(Needs) { return save_nothing; }
  Like result(const Tensor& x) const { return like(x); }
  Grads vjp(const Saved&, const Tensor& g) const { return {g}; }
};

// The reverse pass converts the gradient back.
struct To : Copying {
  static constexpr std::string_view name = "to";
  static constexpr Needs saves(Needs) { return save_nothing; }
  DType dtype;
  explicit To(DType type) : dtype(type) {}
  Like result(const Tensor& x) const { return {dtype, like(x).shape}; }
  void attributes(AttributeList& list) const { list("dtype", dtype); }
  Grads vjp(const Saved&, const Tensor& g) const { return {g}; }
};

/// Integers have no derivative: the tape ends here.
struct ToInteger : Copying {
  static constexpr std::string_view name = "to_integer";
  DType dtype;
  explicit ToInteger(DType type) : dtype(type) {}
  Like result(const Tensor& x) const { return {dtype, like(x).shape}; }
  void attributes(AttributeList& list) const { list("dtype", dtype); }
};

/// Outside the tape.
Tensor copied(const Tensor& x, DType dtype) { return computed(To(dtype), x); }

}  // namespace

Tensor Tensor::clone() const {
  check_defined_self("clone", *this);
  return apply(Clone{}, *this);
}

Tensor Tensor::contiguous() const {
  return impl_of(*this, "contiguous").layout.is_contiguous() ? *this : clone();
}

Tensor Tensor::to(DType dtype) const {
  if (impl_of(*this, "to").dtype == dtype) return *this;
  check_dtype("to", dtype);
  return is_floating(dtype) ? apply(To(dtype), *this) : apply(ToInteger(dtype), *this);
}

Tensor& Tensor::to_(DType dtype) {
  TensorImpl& x = impl_of(*this, "to_");
  if (x.dtype == dtype) return *this;
  check_dtype("to_", dtype);
  check<Error>(!is_captured(),
               "to_: gives this tensor of shape {} other memory, which a captured program can't "
               "do; convert it before, or use to({})",
               shape(), dtype);
  check<AutogradError>(is_leaf(),
                       "to_: a tensor of shape {} that {} made can't change its element type in "
                       "place; use to({})",
                       shape(), operation(), dtype);
  check<DTypeError>(!x.node || is_floating(dtype),
                    "to_: a tensor of shape {} that requires grad can't become {}; detach() it "
                    "first",
                    shape(), dtype);
  const Tensor other = copied(*this, dtype);
  if (x.node) {
    auto& leaf = static_cast<LeafNode&>(*x.node);
    if (const Tensor its = grad(); its.defined()) leaf.set_grad(copied(its, dtype));
    leaf.dtype = dtype;
  }
  x.dtype = dtype;
  x.storage = other.impl()->storage;
  x.layout = other.impl()->layout;
  if (x.node && x.node->extras.load()) x.node->with_extras().elements = make_alias(*this);
  ++x.recorded_writes;  // its views look at the old elements
  x.base = Ptr<TensorImpl>();
  return *this;
}

}  // namespace tapegrad
