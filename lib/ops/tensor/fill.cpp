// What a tensor holds, replaced: copy_, fill_, zero_.
#include "ops/assign.hpp"

namespace tapegrad {
namespace {

struct Copy : Assign<Copy> {
  static constexpr std::string_view name = "copy";
};
struct Fill : Assign<Fill> {
  static constexpr std::string_view name = "fill";
};
struct Zero : Assign<Zero> {
  static constexpr std::string_view name = "zero";
};

}  // namespace

Tensor& Tensor::copy_(const Tensor& source) {
  check_defined_self("copy_", *this, source);
  return apply_in_place(Copy{}, *this, source.to(dtype()));
}

Tensor& Tensor::fill_(const Tensor& value) {
  check_defined_self("fill_", *this, value);
  check<ShapeError>(value.dim() == 0, "fill_: a value of shape {}; use copy_()", value.shape());
  return apply_in_place(Fill{}, *this, value.to(dtype()));
}

Tensor& Tensor::fill_(Scalar value) { return apply_beside_in_place<Fill>(*this, value); }
Tensor& Tensor::zero_() { return apply_beside_in_place<Zero>(*this, 0); }

}  // namespace tapegrad
