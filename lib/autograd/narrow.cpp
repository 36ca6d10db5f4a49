#include "autograd/narrow.hpp"

#include "autograd/computed.hpp"

namespace tapegrad {

unsigned types_of(std::span<const Tensor> list) {
  unsigned types = 0;
  for (const Tensor& x : list) types |= types_of(x);
  return types;
}

Tensor widened(const Tensor& x) { return has_narrow(x) ? x.to(computed_in(x.dtype())) : x; }

std::vector<Tensor> widened(std::span<const Tensor> list) {
  std::vector<Tensor> wide;
  for (const Tensor& x : list) wide.push_back(widened(x));
  return wide;
}

void store_results(const std::vector<Tensor>& results, Outputs outs) {
  for (std::size_t i = 0; i < outs.size(); ++i) Tensor(outs[i]).copy_(results[i]);
}

}  // namespace tapegrad
