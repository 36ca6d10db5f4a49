#include "support/op_inputs.hpp"

#include "support/values.hpp"
#include "tapegrad/autograd.hpp"

namespace tapegrad::test {

Tensors leaves(const OpRow& row, Arrangement arrangement, int seed) {
  Tensors inputs;
  for (const Input& input : row.inputs) {
    const Tensor values = spread(input.shape, input.low, input.high, seed++);
    inputs.push_back(laid(values, arrangement).requires_grad_());
  }
  return inputs;
}

Tensors copies(const Tensors& inputs, DType dtype) {
  Tensors result;
  for (const Tensor& x : inputs) {
    result.push_back(x.detach().clone().to(dtype).requires_grad_());
  }
  return result;
}

Tensors gradients(const OpRow& row, const Tensors& inputs) {
  if (!row.differentiable) return {};
  const Tensor y = row.f(inputs);
  const Tensor weights = spread(y.shape(), 0.5, 1.5).to(y.dtype());
  return grad({y}, inputs, {.grad_outputs = {weights}, .allow_unused = true});
}

}  // namespace tapegrad::test
