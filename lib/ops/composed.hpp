// Derivatives of fused operations, where they are recorded: those of the same function made of
// public operations.
#pragma once

#include <utility>
#include <vector>

#include "autograd/saved.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/tensor.hpp"

namespace tapegrad {

/// What flows to each input through f(inputs), which gives as many tensors as there are gradients;
/// an undefined gradient says that nothing flows through that one. Each input that counts is a view
/// of its own: where one was computed from another, only f lies between them and the results.
template <class F>
std::vector<Tensor> composed_gradients(const Saved& s, const std::vector<Tensor>& gs, const F& f) {
  std::vector<Tensor> inputs, wanted;
  for (std::size_t i = 0; i < s.size(); ++i) {
    const Tensor x = s[i];
    inputs.push_back(s.needs(i) ? x.view(x.shape()) : x);
    if (s.needs(i)) wanted.push_back(inputs.back());
  }
  const std::vector<Tensor> outs = f(inputs);
  std::vector<Tensor> reached, arrived;
  for (std::size_t i = 0; i < gs.size(); ++i) {
    if (!gs[i].defined()) continue;
    reached.push_back(outs[i]);
    arrived.push_back(gs[i]);
  }
  const std::vector<Tensor> found =
      grad(reached, wanted, {.grad_outputs = arrived, .create_graph = true, .allow_unused = true});
  std::vector<Tensor> grads(s.size());
  for (std::size_t i = 0, next = 0; i < s.size(); ++i) {
    if (s.needs(i)) grads[i] = found[next++];
  }
  return grads;
}

}  // namespace tapegrad
