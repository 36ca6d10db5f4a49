#include "tapegrad/nn/parameter.hpp"

#include "core/check.hpp"
#include "nn/identity.hpp"
#include "nn/keepsakes.hpp"
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

Owned::Owned(const Owned& other) : Tensor(), Place() { become_copy(other); }

Owned::Owned(Owned&& other) noexcept : Tensor(std::move(other)), Place(), held_(impl()) {
  Place::take(other);
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
  detail::forget_kept(*this);
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

void Owned::become_copy(const Owned& other) {
  const Tensor kept = detail::kept_for_copy_of(other);
  const bool comes_back = fits(kept, other);
  if (comes_back) assign(kept, other);
  Tensor copy = comes_back ? kept : copy_of(other);
  let_go();
  Tensor::operator=(std::move(copy));
  hold();
  if (comes_back) detail::train(kept);  // somebody had it before, perhaps an optimizer
}

Owned& Owned::operator=(const Owned& other) & {
  if (this == &other) return *this;
  notice();
  leave();
  fits(other) ? assign(*this, other) : become_copy(other);
  return *this;
}

Owned& Owned::operator=(Owned&& other) & {
  if (this == &other) return *this;
  notice();
  other.notice();
  const bool closed = detail::Identity::close(*this, other);
  if (!is_same(other) && fits(other)) {
    assign(*this, other);
    leave();
    return *this;
  }
  if (defined()) leave();
  if (is_same(other)) {
    other.let_go();
  } else {
    let_go();
    Tensor::operator=(std::move(other));
    held_ = std::exchange(other.held_, nullptr);
  }
  if (held_) detail::inherit(*this);
  if (!closed) Place::take(other);
  return *this;
}

}  // namespace tapegrad::nn
