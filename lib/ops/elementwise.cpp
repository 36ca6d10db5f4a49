#include "ops/elementwise.hpp"

#include "kernels/copy.hpp"

namespace tapegrad {

Tensor converted(const Tensor& x, DType dtype) {
  return x.dtype() == dtype ? x : unrecorded([&] { return x.to(dtype); });
}

Tensor constant(std::string_view operation, DType dtype, Scalar value) {
  Tensor c = make_tensor(dtype, Shape{});
  dispatch_stored(dtype, [&]<class T>(std::type_identity<T>) {
    *kernels::ref(c).as<T>() = value.to<T>(operation);
  });
  return c;
}

DType result_type(const Tensor& a, const Tensor& b) {
  check_defined("result_type", a, b);
  const DType ta = impl_of(a).dtype;
  const DType tb = impl_of(b).dtype;
  if (ta == tb || (a.dim() == 0) == (b.dim() == 0)) return promote(ta, tb);
  const DType many = a.dim() > 0 ? ta : tb;
  const DType single = a.dim() > 0 ? tb : ta;
  return kind_of(single) > kind_of(many) ? promote(many, single) : many;
}

}  // namespace tapegrad
