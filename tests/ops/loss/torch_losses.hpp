// Losses beside what torch computed of them (tools/make_loss_reference.py), and the inputs of both.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "ops/loss/reference.hpp"
#include "support/catch.hpp"
#include "support/errors.hpp"
#include "support/values.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/gradcheck.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/loss.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/tensor.hpp"

namespace tapegrad::test {

using Tensors = std::vector<Tensor>;

struct LossCase {
  const char* name;
  std::function<Tensor(const Tensors&)> f;
  Tensors inputs;  ///< with gradients
};

struct LossInputs {
  Tensor x = spread({4, 3}, -2, 2), y = spread({4, 3}, -2, 2, 1);
  Tensor p = spread({4, 3}, 0.05, 0.95), q = spread({4, 3}, 0.05, 0.95, 1);
  Tensor signs = tensor({1.0, -1., -1., 1., 1., -1., 1., -1., -1., 1., -1., 1.}, {.dtype = float64})
                     .reshape({4, 3});
  Tensor classes = tensor({2, 0, 1, 2});
  Tensor labels = tensor({1, -1, 0, 0, 2, -1, -1, 1, 2, 2, 1, 0}).reshape({4, 3});
  Tensor weight = spread({3}, 0.5, 2);
  Tensor counts = spread({4, 3}, 0, 9, 1);
};

/// Values and gradients are torch's, and derivatives right at orders 1 and 2.
inline void check_losses(const std::vector<LossCase>& cases) {
  for (const LossCase& c : cases) {
    DYNAMIC_SECTION(c.name) {
      Tensors inputs;
      for (const Tensor& x : c.inputs) inputs.push_back(x.clone().requires_grad_());
      const Tensor y = c.f(inputs);
      const LossReference& wanted = loss_references.at(c.name);
      const auto as_tensor = [](std::vector<double> v) {
        return Tensor::from_vector(std::move(v));
      };
      // A few dozen roundings of 2^-53.
      CHECK(difference(y.flatten(), as_tensor(wanted.value), 1e-14, 1e-15) == "");
      const Tensors grads = grad({sum(y)}, inputs);
      for (std::size_t i = 0; i < grads.size(); ++i) {
        CAPTURE(i);
        CHECK(difference(grads[i].flatten(), as_tensor(wanted.grads[i]), 1e-13, 1e-15) == "");
      }
      CHECK(gradcheck(c.f, inputs, {.order = 2}));
    }
  }
}

using Refusals = std::vector<std::pair<std::function<void()>, std::string>>;

inline void check_refusals(const Refusals& refusals) {
  for (const auto& [call, message] : refusals) CHECK(error_of(call) == message);
}

}  // namespace tapegrad::test
