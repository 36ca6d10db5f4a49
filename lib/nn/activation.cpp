#include "tapegrad/nn/activation.hpp"

#include "tapegrad/ops/pointwise.hpp"

namespace tapegrad::nn {

Tensor ReLU::forward(const Tensor& x) const { return relu(x); }
Tensor Sigmoid::forward(const Tensor& x) const { return sigmoid(x); }
Tensor Tanh::forward(const Tensor& x) const { return tanh(x); }

}  // namespace tapegrad::nn
