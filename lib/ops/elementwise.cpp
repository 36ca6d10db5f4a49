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

Shape broadcast_for(std::string_view operation, const Shape& a, const Shape& b) {
  if (a == b) return a;
  for (std::size_t i = 1; i <= std::min(a.size(), b.size()); ++i) {
    const std::int64_t x = a[a.size() - i];
    const std::int64_t y = b[b.size() - i];
    check<ShapeError>(x == y || x == 1 || y == 1,
                      "{}: shapes don't broadcast: {} and {} have sizes {} and {} in dim -{}; "
                      "sizes must be equal or 1",
                      operation, a, b, x, y, i);
  }
  return broadcast_shapes(a, b);
}

DType result_type(const Tensor& a, const Tensor& b) {
  check_defined("result_type", a, b);
  const DType ta = a.dtype();
  const DType tb = b.dtype();
  if (ta == tb || (a.dim() == 0) == (b.dim() == 0)) return promote(ta, tb);
  const DType many = a.dim() > 0 ? ta : tb;
  const DType single = a.dim() > 0 ? tb : ta;
  return kind_of(single) > kind_of(many) ? promote(many, single) : many;
}

}  // namespace tapegrad
