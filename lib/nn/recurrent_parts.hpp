// What recurrent networks and single cells have in common: their parameters and checks.
#pragma once

#include <cstdint>
#include <string_view>

#include "tapegrad/nn/recurrent.hpp"

namespace tapegrad::nn {

struct CellParameters {
  Parameter &weight_ih, &weight_hh, &bias_ih, &bias_hh;
  Parameter* weight_hr = nullptr;  ///< where states may be projected
};

struct CellSizes {
  std::string_view name;
  RecurrentCell cell;
  std::int64_t input, hidden;
  bool bias;
  DType dtype;
  Generator& generator;
  std::int64_t projected = 0;  ///< of states, unless 0
};

/// Uniform on +-1/sqrt(hidden). Throws in the name.
void make_parameters(const CellParameters& to, const CellSizes& sizes);

/// The bias of what inputs give, and the one within the product with the state.
struct Biases {
  Tensor outside, within;
};
Biases biases_of(RecurrentCell cell, const Tensor& bias_ih, const Tensor& bias_hh);

/// recurrent() of an LSTM whose states h are what weight_hr makes of o tanh(c). `goes_on` says
/// where rows haven't ended: [steps, batch, 1], or undefined.
RecurrentSteps projected_steps(const Tensor& gates, const Tensor& hidden, const Tensor& cells,
                               const Tensor& weight, const Tensor& weight_hr, bool reverse,
                               const Tensor& goes_on);

/// [batch] of integers; recurrent() looks at the values.
void check_lengths(std::string_view name, const Tensor& lengths, const Tensor& x);

}  // namespace tapegrad::nn
