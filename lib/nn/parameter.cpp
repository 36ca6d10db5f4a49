#include "tapegrad/nn/parameter.hpp"

#include "core/check.hpp"
#include "nn/identity.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/names.hpp"
#include "tapegrad/nn/census.hpp"

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

Owned::Owned(const Owned& other) : Tensor(copy_of(other)), Trail() { hold(); }

Owned::Owned(std::string_view what, const Tensor& value) {
  check_defined(what, value);
  Tensor::operator=(value.detach());
  hold();
}

void Owned::hold() {
  held_ = impl();
  if (held_) detail::own(*this);
}

void Owned::let_go() {
  if (held_) detail::disown(std::exchange(held_, nullptr));
  Tensor::operator=(Tensor());
}

bool Owned::fits(const Owned& other) const {
  return defined() && other.defined() && shape() == other.shape() && dtype() == other.dtype() &&
         !overlaps_itself();
}

void Owned::assign(const Owned& other) {
  const NoGrad guard;
  copy_(other);
  if (requires_grad()) set_grad({});
  requires_grad_(other.requires_grad());
}

Owned& Owned::operator=(const Owned& other) & {
  if (this == &other) return *this;
  Trail::operator=(other);
  if (fits(other)) {
    assign(other);
    return *this;
  }
  Tensor copy = copy_of(other);
  let_go();
  Tensor::operator=(std::move(copy));
  hold();
  return *this;
}

Owned& Owned::operator=(Owned&& other) & {
  if (this == &other) return *this;
  if (Owned* partner = swapped_with(other)) detail::Identity::exchange(*partner, other);
  if (is_same(other)) {
    other.let_go();
  } else if (fits(other)) {
    assign(other);
    other.let_go();
  } else {
    let_go();
    Tensor::operator=(std::move(other));
    held_ = std::exchange(other.held_, nullptr);
  }
  Trail::operator=(std::move(other));
  return *this;
}

}  // namespace tapegrad::nn
