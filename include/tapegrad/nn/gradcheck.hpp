// The derivatives of a loss by a module's parameters against numeric ones.
#pragma once

#include <functional>

#include "tapegrad/gradcheck.hpp"
#include "tapegrad/nn/module.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace nn {

/// gradcheck() of a loss by the parameters of `net` that require grad, under their full names:
///   nn::gradcheck(net, [&] { return mse_loss(net(batch), target); })
///   "d f / d hidden.weight[0, 2] = 3, numerically 6"
///   `loss` reads the parameters where they are; all have their values back afterwards, and so have
/// buffers that it changes. More than 1,000 elements are checked along random directions; where one
/// is wrong, a wrong element is searched for. `names` of the options don't count.
///   Throws as gradcheck(), and Error where two parameters share memory.
gradtest::Report gradcheck(const Module& net, const std::function<Tensor()>& loss,
                           const GradcheckOptions& options = {});

}  // namespace nn
}  // namespace tapegrad
