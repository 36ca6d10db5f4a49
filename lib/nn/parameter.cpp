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

Owned::Owned(Owned&& other) noexcept
    : Tensor(std::move(other)), Trail(std::move(other)), held_(impl()) {
  const void* known = std::exchange(other.held_, nullptr);
  if (known && known == held_) {
    detail::inherit(*this);
  } else {
    if (known) detail::disown(known, other);
    held_ = nullptr;
  }
}

Owned::Owned(std::string_view what, const Tensor& value) {
  check_defined(what, value);
  Tensor::operator=(value.detach());
  hold();
}

void Owned::hold() {
  held_ = impl();
  if (held_) detail::own(*this);
}

void Owned::notice() {
  if (held_ == impl()) return;
  if (held_) detail::disown(std::exchange(held_, nullptr), *this);
  hold();
}

void Owned::let_go() {
  if (held_) detail::disown(std::exchange(held_, nullptr), *this);
  Tensor::operator=(Tensor());
}

bool Owned::fits(const Tensor& mine, const Owned& other) {
  return mine.defined() && other.defined() && mine.shape() == other.shape() &&
         mine.dtype() == other.dtype() && !mine.overlaps_itself();
}

void Owned::assign(Tensor mine, const Owned& other) {
  const NoGrad guard;
  mine.copy_(other);
  if (mine.requires_grad()) mine.set_grad({});
  mine.requires_grad_(other.requires_grad());
}

Owned& Owned::operator=(const Owned& other) & {
  if (this == &other) return *this;
  notice();
  Trail::operator=(other);
  if (fits(other)) {
    assign(*this, other);
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
  notice();
  other.notice();
  if (Owned* partner = swapped_with(other)) detail::Identity::exchange(*partner, other);
  if (!is_same(other) && fits(other)) {
    assign(*this, other);
    Trail::operator=(std::as_const(other));
    return *this;
  }
  const bool empty = !defined();
  if (is_same(other)) {
    other.let_go();
  } else {
    let_go();
    Tensor::operator=(std::move(other));
    held_ = std::exchange(other.held_, nullptr);
  }
  if (held_) detail::inherit(*this);
  Trail::operator=(std::move(other));
  if (empty) made_from(other);
  return *this;
}

}  // namespace tapegrad::nn
