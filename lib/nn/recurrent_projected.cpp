// An LSTM whose states are projected, step by step.
#include <vector>

#include "nn/recurrent_parts.hpp"
#include "tapegrad/ops/linalg.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/shape.hpp"

namespace tapegrad::nn {

RecurrentSteps projected_steps(const Tensor& gates, const Tensor& hidden, const Tensor& cells,
                               const Tensor& weight, const Tensor& weight_hr, bool reverse,
                               const Tensor& goes_on) {
  const std::int64_t steps = gates.size(0);
  Tensor h = hidden, c = cells;
  std::vector<Tensor> states(static_cast<std::size_t>(steps)), all_cells = states;
  for (std::int64_t k = 0; k < steps; ++k) {
    const std::int64_t t = reverse ? steps - 1 - k : k;
    const auto a = chunk(gates.select(0, t) + linear(h, weight), 4, 1);
    Tensor cell = sigmoid(a[1]) * c + sigmoid(a[0]) * tanh(a[2]);
    Tensor state = linear(sigmoid(a[3]) * tanh(cell), weight_hr);
    if (goes_on.defined()) {
      const Tensor now = goes_on.select(0, t);
      cell = where(now, cell, c);
      state = where(now, state, h);
    }
    states[static_cast<std::size_t>(t)] = h = state;
    all_cells[static_cast<std::size_t>(t)] = c = cell;
  }
  return {stack(states), stack(all_cells)};
}

}  // namespace tapegrad::nn
