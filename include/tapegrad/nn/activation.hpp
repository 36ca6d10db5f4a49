// Functions of ops/pointwise.hpp as layers, for a Sequential.
#pragma once

#include "tapegrad/nn/module.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace nn {

/// max(x, 0).
struct ReLU : Layer {
  Tensor forward(const Tensor& x) const override;
};

/// 1 / (1 + e^-x).
struct Sigmoid : Layer {
  Tensor forward(const Tensor& x) const override;
};

/// Hyperbolic tangent.
struct Tanh : Layer {
  Tensor forward(const Tensor& x) const override;
};

}  // namespace nn
}  // namespace tapegrad
