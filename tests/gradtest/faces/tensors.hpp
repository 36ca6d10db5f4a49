// What the faces for tensors check: x0² x1 of a tensor and of a module, and the same with a tape
// that says the opposite.
#pragma once

#include "tapegrad/autograd.hpp"
#include "tapegrad/nn/module.hpp"
#include "tapegrad/ops/index.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/tensor.hpp"

namespace tg = tapegrad;

inline tg::Tensor volume(const tg::Tensor& x) { return x[0] * x[0] * x[1]; }
inline tg::Tensor opposite(const tg::Tensor& x) { return 2 * volume(x).detach() - volume(x); }

inline tg::Tensor box() { return tg::Tensor::from_vector<double>({3, 2}).requires_grad_(); }

struct Box : tg::nn::Module {
  tg::nn::Parameter sides{box()};
  void visit(tg::nn::Visitor& v) override { v("sides", sides); }
};
