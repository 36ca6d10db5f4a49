// Recurrent cells along a sequence: each step makes a state of its input and of the state before.
#pragma once

#include <cstdint>

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

namespace nn {

enum class RecurrentCell : std::uint8_t { rnn_tanh, rnn_relu, gru, lstm };

struct RecurrentOptions {
  /// From the last step to the first.
  bool reverse = false;
  /// [gates], of a gru alone: what is added to the product with the state, which the reset gate
  /// multiplies. Biases of other cells belong to `gates`.
  Tensor bias = {};
  /// [batch], integers: how many of the steps a row has. Behind them its state stays.
  Tensor lengths = {};
};

struct RecurrentSteps {
  Tensor states;  ///< [steps, batch, size]
  Tensor cells;   ///< the same, of an lstm; else undefined
};

/// The states of all steps, with a the sums of `gates` and of the state times weight^T:
///   rnn_tanh, rnn_relu   h' = tanh(a) or relu(a)
///   gru                  r, z = sigmoid(a1), sigmoid(a2);  n = tanh(gates3 + r (h weight3^T +
///                        bias3));  h' = (1 - z) n + z h
///   lstm                 i, f, g, o = sigmoid(a1), sigmoid(a2), tanh(a3), sigmoid(a4);  c' = f c +
///                        i g;  h' = o tanh(c')
///   gates: [steps, batch, count size], what the inputs give, biases included; count is 1, 3 or 4
///   hidden: [batch, size], cells: the same for an lstm, weight: [count size, size]
/// Derivative: that of these operations, of all steps in one loop; where it is recorded, step by
/// step. Throws ShapeError where shapes don't fit or there is no step, DTypeError unless all have
/// one floating-point type and lengths are integers, Error for a length outside [1, steps], a bias
/// of another cell than a gru, and cells that are missing or not wanted.
/// Source: Hochreiter & Schmidhuber (1997), "Long short-term memory"; Cho et al. (2014), "Learning
/// phrase representations using RNN encoder-decoder".
RecurrentSteps recurrent(RecurrentCell cell, const Tensor& gates, const Tensor& hidden,
                         const Tensor& cells, const Tensor& weight,
                         const RecurrentOptions& options = {});

namespace detail {

/// The lengths of recurrent() as int64, one in [1, steps] for each row of x: [steps, batch, ...].
/// Throws as that.
Tensor checked_lengths(const Tensor& lengths, const Tensor& x);

}  // namespace detail

}  // namespace nn

}  // namespace tapegrad
