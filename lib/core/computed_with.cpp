#include "core/computed_with.hpp"

#include <algorithm>

#include "core/tensor_impl.hpp"

namespace tapegrad {

constinit thread_local std::uint32_t adopting_graph = no_graph;

ComputedWith::ComputedWith(std::initializer_list<const Tensor*> tensors) : before_(adopting_graph) {
  const auto first = std::ranges::find_if(tensors, [](const Tensor* x) { return is_symbolic(*x); });
  if (first != tensors.end()) adopting_graph = (*first)->impl()->storage->capture;
}

ComputedWith::~ComputedWith() { adopting_graph = before_; }

}  // namespace tapegrad
