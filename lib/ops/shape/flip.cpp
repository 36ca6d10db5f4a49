#include "tapegrad/ops/shape/flip.hpp"

#include <array>

#include "autograd/apply.hpp"
#include "core/check.hpp"
#include "core/layout_views.hpp"
#include "kernels/copy.hpp"
#include "tapegrad/ops/shape/join.hpp"

namespace tapegrad {
namespace {

struct Flip {
  static constexpr std::string_view name = "flip";
  static constexpr bool any_layout = true;
  static constexpr Needs saves(Needs) { return save_nothing; }
  Dims dims;
  void attributes(AttributeList& list) const { list("dims", dims); }
  Like result(const Tensor& x) const { return like(x); }
  void into(const Tensor& y, const Tensor& x) const {
    const kernels::Ref from = kernels::ref(x);
    const Layout& plain = *from.layout;
    const Layout reversed = flipped(Layout(plain.shape(), plain.strides(), 0), dims);
    const auto size = static_cast<std::int64_t>(size_of(from.dtype));
    kernels::copy(kernels::ref(y), {from.dtype, from.data + reversed.offset() * size, &reversed});
  }
  Grads vjp(const Saved&, const Tensor& g) const { return {apply(Flip{dims}, g)}; }
};

/// Each from 0 on, and none twice. Throws IndexError.
Dims wrapped(std::string_view operation, const Tensor& x, const Dims& dims) {
  Dims result = dims;
  std::array<bool, max_rank> used{};
  for (std::int64_t& dim : result) {
    const std::size_t d = wrap_line_dim(operation, dim, x.shape().size());
    check<IndexError>(!used[d], "{}: dim {} is given twice in {}", operation, dim, dims);
    used[d] = true;
    dim = static_cast<std::int64_t>(d);
  }
  return result;
}

Tensor rolled(const Tensor& x, std::int64_t shift, std::int64_t dim) {
  const std::int64_t n = x.size(dim);
  const std::int64_t by = n == 0 ? 0 : (shift % n + n) % n;
  if (by == 0) return x;
  return cat({x.narrow(dim, n - by, by), x.narrow(dim, 0, n - by)}, dim);
}

}  // namespace

Tensor flip(const Tensor& x, const Dims& dims) {
  check_defined("flip", x, dims);
  const Dims turned = wrapped("flip", x, dims);
  return x.dim() == 0 ? x.clone() : apply(Flip{turned}, x);
}

Tensor roll(const Tensor& x, const Dims& shifts, const Dims& dims) {
  check_defined("roll", x, shifts, dims);
  check<ShapeError>(shifts.size() == dims.size(), "roll: {} shifts for {} dims: {} and {}",
                    shifts.size(), dims.size(), shifts, dims);
  Tensor y = x;
  for (std::size_t i = 0; i < dims.size(); ++i) {
    y = rolled(y, shifts[i],
               static_cast<std::int64_t>(wrap_dim("roll", dims[i], x.shape().size())));
  }
  return y.is_same(x) ? x.clone() : y;
}

Tensor roll(const Tensor& x, std::int64_t shift) {
  check_defined("roll", x, shift);
  return roll(x.reshape({x.numel()}), Dims{shift}, Dims{0}).reshape(x.shape());
}

Tensor rot90(const Tensor& x, std::int64_t k, const Dims& dims) {
  check_defined("rot90", x, k, dims);
  check<ShapeError>(dims.size() == 2, "rot90: needs two dims: {}", dims);
  const Dims plane = wrapped("rot90", x, dims);
  const std::int64_t a = plane[0];
  const std::int64_t b = plane[1];
  switch ((k % 4 + 4) % 4) {
    case 1:
      return flip(x, b).transpose(a, b);
    case 2:
      return flip(x, plane);
    case 3:
      return flip(x, a).transpose(a, b);
    default:
      return x.clone();
  }
}

}  // namespace tapegrad
