#include "core/computed_with.hpp"

#include <algorithm>

#include "core/tensor_impl.hpp"

namespace tapegrad {

constinit thread_local Adopting adopting;

ComputedWith::ComputedWith(std::initializer_list<const Tensor*> tensors) : before_(adopting) {
  const auto first = std::ranges::find_if(tensors, [](const Tensor* x) { return is_symbolic(*x); });
  if (first != tensors.end()) adopting = {(*first)->impl()->storage->capture, true};
}

ComputedWith::~ComputedWith() { adopting = before_; }

}  // namespace tapegrad
