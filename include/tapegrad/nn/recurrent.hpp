// Recurrent networks: weights that recurrent() of ops/sequence.hpp is called with, in layers and in
// both directions, and single cells.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "tapegrad/nn/dropout.hpp"
#include "tapegrad/nn/module.hpp"
#include "tapegrad/ops/sequence/recurrent.hpp"
#include "tapegrad/random.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace nn {

struct RecurrentLayerOptions {
  std::int64_t num_layers = 1;
  bool bias = true;
  /// Tensors are [batch, steps, size] instead of [steps, batch, size]; not so the states.
  bool batch_first = false;
  /// Between layers, while training.
  double dropout = 0;
  bool bidirectional = false;
  DType dtype = float32;
  /// What parameters and dropout are drawn from; it must outlive the module.
  Generator& generator = default_generator();
};

struct RNNOptions {
  std::int64_t num_layers = 1;
  /// "tanh" or "relu".
  std::string nonlinearity = "tanh";
  bool bias = true;
  bool batch_first = false;
  double dropout = 0;
  bool bidirectional = false;
  DType dtype = float32;
  Generator& generator = default_generator();
};

struct LSTMOptions {
  std::int64_t num_layers = 1;
  bool bias = true;
  bool batch_first = false;
  double dropout = 0;
  bool bidirectional = false;
  /// States are projected to this size, below hidden_size, in each step; not if 0. Cells stay as
  /// they are. These steps are made of public operations, one by one.
  std::int64_t proj_size = 0;
  DType dtype = float32;
  Generator& generator = default_generator();
};

/// What a sequence begins with.
struct RecurrentArguments {
  /// [layers * directions, batch, size], zeros unless given; c0 of an LSTM alone.
  Tensor h0 = {}, c0 = {};
  /// [batch], integers: rows of other lengths, as in PyTorch's packed sequences. The state of a row
  /// stops at its length, from which also the way back begins; outputs behind it are 0, and inputs
  /// there may be anything.
  Tensor lengths = {};
};

/// `auto [output, h_n] = gru(x);`
struct RecurrentOutput {
  Tensor output;  ///< [steps, batch, directions * size], of the last layer
  Tensor h_n;     ///< [layers * directions, batch, size], after the last step
  /// For std::tie().
  operator std::tuple<Tensor&, Tensor&>() && { return {output, h_n}; }
};

/// `auto [output, h_n, c_n] = lstm(x);`, and `lstm(more, {h_n, c_n})` goes on. The size of states
/// and outputs is hidden_size, or proj_size if there is one.
struct LSTMOutput {
  Tensor output;  ///< [steps, batch, directions * size], of the last layer
  Tensor h_n;     ///< [layers * directions, batch, size], after the last step
  Tensor c_n;     ///< the same, with hidden_size
  /// For std::tie().
  operator std::tuple<Tensor&, Tensor&, Tensor&>() && { return {output, h_n, c_n}; }
};

namespace detail {

/// What all recurrent networks are. Everything begins uniform on +-1/sqrt(hidden_size).
class Recurrent : public Module {
 public:
  /// The parameters of a layer in one direction, in PyTorch weight_ih_l0, ..., bias_hh_l0_reverse.
  struct Direction {
    Parameter weight_ih;  ///< [gates, input size]
    Parameter weight_hh;  ///< [gates, size]
    Parameter bias_ih;    ///< [gates], or undefined, as the next one
    Parameter bias_hh;
    Parameter weight_hr;  ///< [proj_size, size] of an LSTM that projects its states
  };
  std::vector<Direction> directions;  ///< of layer 0, forwards and, if there is one, back, ...

  void visit(Visitor& v) override;
  std::string extra_repr() const override;

 protected:
  Recurrent(std::string_view name, RecurrentCell cell, std::int64_t input_size,
            std::int64_t hidden_size, const RecurrentLayerOptions& options,
            std::int64_t proj_size = 0);

  /// input: [steps, batch, input_size], or without the batch. c_n is undefined but for an LSTM.
  LSTMOutput run(const Tensor& input, const RecurrentArguments& arguments) const;

 private:
  struct Pass;

  void check_input(const Tensor& input) const;
  Tensor begun(std::string_view what, const Tensor& given, const Tensor& x, bool single,
               std::int64_t size) const;
  Tensor layer(std::int64_t number, const Tensor& x, Pass& pass) const;

  std::string_view name_;  // a literal
  RecurrentCell cell_;
  std::int64_t input_size_, hidden_size_, num_layers_, proj_size_;
  bool bias_, batch_first_, bidirectional_;
  double dropout_;
  Generator* generator_;
};

/// Recurrent networks without cells.
class PlainRecurrent : public Recurrent {
 public:
  /// input: [steps, batch, input_size], or without the batch
  RecurrentOutput forward(const Tensor& input, const RecurrentArguments& arguments = {}) const;
  RecurrentOutput operator()(const Tensor& input, const RecurrentArguments& arguments = {}) const {
    const NameScope scope(scope_name());
    return detail::noted(*this, forward(input, arguments));
  }
  /// With h0 alone.
  template <std::derived_from<Tensor> T>
  RecurrentOutput forward(const Tensor& input, const T& h0) const {
    return forward(input, RecurrentArguments{.h0 = h0});
  }
  template <std::derived_from<Tensor> T>
  RecurrentOutput operator()(const Tensor& input, const T& h0) const {
    return (*this)(input, RecurrentArguments{.h0 = h0});
  }

 protected:
  using Recurrent::Recurrent;
};

/// A single step. Weights begin as those of networks.
class RecurrentCellModule : public Module {
 public:
  Parameter weight_ih;  ///< [gates, input size]
  Parameter weight_hh;  ///< [gates, size]
  Parameter bias_ih;    ///< [gates], or undefined, as the next one
  Parameter bias_hh;

  void visit(Visitor& v) override;
  std::string extra_repr() const override;

 protected:
  struct Options {
    bool bias;
    DType dtype;
    Generator& generator;
  };
  RecurrentCellModule(std::string_view name, RecurrentCell cell, std::int64_t input_size,
                      std::int64_t hidden_size, const Options& options);
  /// [batch, size] each, or [size]; the states may be undefined, which are zeros.
  RecurrentSteps step(const Tensor& input, const Tensor& hidden, const Tensor& cells) const;

 private:
  std::string_view name_;  // a literal
  RecurrentCell cell_;
};

}  // namespace detail

// Each throws ShapeError for sizes that aren't positive and tensors that don't fit, DTypeError for
// integer parameters, Error for options that mean nothing, and what recurrent() throws.

/// Elman's network: h' = tanh(W_ih x + b_ih + W_hh h + b_hh), or relu.
struct RNN : detail::PlainRecurrent {
  RNN(AsSize input_size, AsSize hidden_size, const RNNOptions& options = {});
  template <tapegrad::detail::Integral T>
  RNN(AsSize input_size, AsSize hidden_size, T num_layers)
      : RNN(input_size, hidden_size, RNNOptions{.num_layers = num_layers}) {}
};

/// Gated recurrent units.
struct GRU : detail::PlainRecurrent {
  GRU(AsSize input_size, AsSize hidden_size, const RecurrentLayerOptions& options = {});
  template <tapegrad::detail::Integral T>
  GRU(AsSize input_size, AsSize hidden_size, T num_layers)
      : GRU(input_size, hidden_size, RecurrentLayerOptions{.num_layers = num_layers}) {}
};

/// Long short-term memory.
/// Source of the projection: Sak, Senior & Beaufays (2014), "Long short-term memory based recurrent
/// neural network architectures for large vocabulary speech recognition".
struct LSTM : detail::Recurrent {
  LSTM(AsSize input_size, AsSize hidden_size, const LSTMOptions& options = {});
  template <tapegrad::detail::Integral T>
  LSTM(AsSize input_size, AsSize hidden_size, T num_layers)
      : LSTM(input_size, hidden_size, LSTMOptions{.num_layers = num_layers}) {}
  /// input: [steps, batch, input_size], or without the batch
  LSTMOutput forward(const Tensor& input, const RecurrentArguments& arguments = {}) const;
  LSTMOutput operator()(const Tensor& input, const RecurrentArguments& arguments = {}) const {
    const NameScope scope(scope_name());
    return detail::noted(*this, forward(input, arguments));
  }
};

struct RecurrentCellOptions {
  bool bias = true;
  DType dtype = float32;
  Generator& generator = default_generator();
};

struct RNNCellOptions {
  bool bias = true;
  /// "tanh" or "relu".
  std::string nonlinearity = "tanh";
  DType dtype = float32;
  Generator& generator = default_generator();
};

/// A step of RNN: [batch, input size] or [input size]  ->  the next state.
struct RNNCell : detail::RecurrentCellModule {
  RNNCell(AsSize input_size, AsSize hidden_size, const RNNCellOptions& options = {});
  Tensor forward(const Tensor& input, const Tensor& hidden = {}) const;
  Tensor operator()(const Tensor& input, const Tensor& hidden = {}) const {
    const NameScope scope(scope_name());
    return detail::noted(*this, forward(input, hidden));
  }
};

/// A step of GRU.
struct GRUCell : detail::RecurrentCellModule {
  GRUCell(AsSize input_size, AsSize hidden_size, const RecurrentCellOptions& options = {});
  Tensor forward(const Tensor& input, const Tensor& hidden = {}) const;
  Tensor operator()(const Tensor& input, const Tensor& hidden = {}) const {
    const NameScope scope(scope_name());
    return detail::noted(*this, forward(input, hidden));
  }
};

struct LSTMState {
  Tensor h, c;
};

/// A step of LSTM.
struct LSTMCell : detail::RecurrentCellModule {
  LSTMCell(AsSize input_size, AsSize hidden_size, const RecurrentCellOptions& options = {});
  LSTMState forward(const Tensor& input, const LSTMState& state = {}) const;
  LSTMState operator()(const Tensor& input, const LSTMState& state = {}) const {
    const NameScope scope(scope_name());
    return detail::noted(*this, forward(input, state));
  }
};

}  // namespace nn
}  // namespace tapegrad
