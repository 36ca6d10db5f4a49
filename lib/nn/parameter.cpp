#include "tapegrad/nn/parameter.hpp"

#include "tapegrad/autograd.hpp"
#include "tapegrad/names.hpp"

namespace tapegrad::nn {
namespace {

Tensor copy_of(const Tensor& x) {
  if (!x.defined()) return {};
  Tensor copy = x.detach().clone();
  copy.requires_grad_(x.requires_grad());
  copy_name(x, copy);
  return copy;
}

}  // namespace

Owned::Owned(const Owned& other) : Tensor(copy_of(other)) {}

Owned& Owned::operator=(const Owned& other) & {
  if (is_same(other)) return *this;
  const bool fits =
      defined() && other.defined() && shape() == other.shape() && dtype() == other.dtype();
  if (!fits) {
    Tensor::operator=(copy_of(other));
    return *this;
  }
  const NoGrad guard;
  copy_(other);
  if (requires_grad()) set_grad({});
  requires_grad_(other.requires_grad());
  return *this;
}

}  // namespace tapegrad::nn
