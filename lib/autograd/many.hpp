// A function from tensors to tensors, and its gradient as another one: so all orders of derivative
// are checked in one way.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "tapegrad/tensor.hpp"

namespace tapegrad {

enum class Recorded { no, yes };

struct Many {
  std::function<std::vector<Tensor>(const std::vector<Tensor>& inputs, Recorded)> f;
  /// A point where it is defined, and the places of those inputs that are varied.
  std::vector<Tensor> inputs;
  std::vector<std::size_t> varied;
  std::vector<std::string> input_names, output_names;  // of the varied inputs; of all results

  std::vector<Tensor> varied_inputs() const;
};

/// d sum(weights * results) / d wanted; zeros for what the results don't depend on.
std::vector<Tensor> pulled_back(const std::vector<Tensor>& results,
                                const std::vector<Tensor>& wanted,
                                const std::vector<Tensor>& weights, Recorded recorded);

/// Tensors like these without symmetry and without a zero, so that no error cancels.
std::vector<Tensor> weights_like(const std::vector<Tensor>& results);

/// The gradient of the weighted sum of all results, as a function of the inputs and, varied too,
/// of the weights, which are called `weight_name`.
Many gradient_of(Many function, const std::string& weight_name);

}  // namespace tapegrad
