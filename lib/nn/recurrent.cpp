#include "tapegrad/nn/recurrent.hpp"

#include <cmath>

#include "core/check.hpp"
#include "core/computed_with.hpp"
#include "core/sizes.hpp"
#include "nn/recurrent_parts.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/linalg.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/shape.hpp"

namespace tapegrad::nn {
namespace detail {

Recurrent::Recurrent(std::string_view name, RecurrentCell cell, std::int64_t input_size,
                     std::int64_t hidden_size, const RecurrentLayerOptions& options,
                     std::int64_t proj_size)
    : name_(name),
      cell_(cell),
      input_size_(input_size),
      hidden_size_(hidden_size),
      num_layers_(options.num_layers),
      proj_size_(proj_size),
      bias_(options.bias),
      batch_first_(options.batch_first),
      bidirectional_(options.bidirectional),
      dropout_(options.dropout),
      generator_(&options.generator) {
  check<Error>(options.num_layers > 0, "{}: {} layers; there is at least one", name,
               options.num_layers);
  check<Error>(options.dropout >= 0 && options.dropout <= 1,
               "{}: dropout is {}; a probability lies in [0, 1]", name, options.dropout);
  const std::int64_t ways = options.bidirectional ? 2 : 1;
  const std::int64_t count = checked_mul(name, options.num_layers, ways);
  checked_mul(name, count, checked_mul(name, hidden_size, hidden_size));
  const std::int64_t size = proj_size > 0 ? proj_size : hidden_size;
  for (std::int64_t i = 0; i < count; ++i) {
    Direction& d = directions.emplace_back();
    make_parameters({d.weight_ih, d.weight_hh, d.bias_ih, d.bias_hh, &d.weight_hr},
                    {name, cell, i < ways ? input_size : ways * size, hidden_size, options.bias,
                     options.dtype, options.generator, proj_size});
  }
}

void Recurrent::visit(Visitor& v) {
  const std::size_t ways = bidirectional_ ? 2 : 1;
  for (std::size_t i = 0; i < directions.size(); ++i) {
    const std::string end = fmt::format("_l{}{}", i / ways, i % ways == 1 ? "_reverse" : "");
    v("weight_ih" + end, directions[i].weight_ih);
    v("weight_hh" + end, directions[i].weight_hh);
    v("bias_ih" + end, directions[i].bias_ih);
    v("bias_hh" + end, directions[i].bias_hh);
    v("weight_hr" + end, directions[i].weight_hr);
  }
}

std::string Recurrent::extra_repr() const {
  std::string text = fmt::format("{}, {}", input_size_, hidden_size_);
  if (proj_size_ != 0) text += fmt::format(", proj_size={}", proj_size_);
  if (num_layers_ != 1) text += fmt::format(", num_layers={}", num_layers_);
  if (!bias_) text += ", bias=False";
  if (batch_first_) text += ", batch_first=True";
  if (dropout_ != 0) text += fmt::format(", dropout={}", dropout_);
  return text + (bidirectional_ ? ", bidirectional=True" : "");
}

void Recurrent::check_input(const Tensor& input) const {
  check_defined(name_, input);
  check<Error>(!directions.empty() && directions[0].weight_ih.defined(),
               "{}: it has no weights: it was moved from", name_);
  const std::string_view order = batch_first_ ? "batch, steps" : "steps, batch";
  check<ShapeError>((input.dim() == 2 || input.dim() == 3) && input.size(-1) == input_size_,
                    "{}: input is {}; it needs [{}, {}], or no batch", name_, input.shape(), order,
                    input_size_);
  const std::int64_t steps = input.size(input.dim() == 3 && batch_first_ ? 1 : 0);
  check<ShapeError>(steps > 0, "{}: input is {}; a sequence has at least one step", name_,
                    input.shape());
  check<DTypeError>(input.dtype() == directions[0].weight_ih.dtype(),
                    "{}: input is {}, the weights are {}; convert one with to()", name_,
                    input.dtype(), directions[0].weight_ih.dtype());
}

/// [layers * directions, batch, size]: what was given, or zeros.
Tensor Recurrent::begun(std::string_view what, const Tensor& given, const Tensor& x, bool single,
                        std::int64_t size) const {
  const auto count = static_cast<std::int64_t>(directions.size());
  const Shape all{count, x.size(1), size};
  if (!given.defined()) {
    return zeros({}, {.dtype = x.dtype()}).expand(all);
  }
  const Tensor h = single && given.dim() == 2 ? given.unsqueeze(1) : given;
  if (h.shape() != all) {
    // Sizes that aren't known before a graph runs print alike.
    const bool alike = to_string(h.shape()) == to_string(all);
    fail<ShapeError>("{}: {} is {}; it needs {}{}", name_, what, given.shape(), all,
                     alike    ? ", and unknown sizes of two dimensions are two sizes: feed it "
                                "with the batch where the input has it, and transpose() it"
                     : single ? ", or that without the batch"
                              : "");
  }
  check<DTypeError>(h.dtype() == x.dtype(), "{}: {} is {}, the input is {}; convert one with to()",
                    name_, what, h.dtype(), x.dtype());
  return h;
}

struct Recurrent::Pass {
  Tensor h0, c0;
  Tensor lengths;
  Tensor goes_on;  ///< [steps, batch, 1], or undefined
  std::vector<Tensor> h_n, c_n;
};

/// The outputs of all directions of a layer side by side.
Tensor Recurrent::layer(std::int64_t number, const Tensor& x, Pass& pass) const {
  const std::int64_t ways = bidirectional_ ? 2 : 1;
  std::vector<Tensor> outputs;
  for (std::int64_t way = 0; way < ways; ++way) {
    const std::int64_t i = number * ways + way;
    const Direction& d = directions[static_cast<std::size_t>(i)];
    const Biases bias = biases_of(cell_, d.bias_ih, d.bias_hh);
    const Tensor gates = linear(x, d.weight_ih, bias.outside), h0 = pass.h0.select(0, i);
    const Tensor c0 = pass.c0.defined() ? pass.c0.select(0, i) : Tensor();
    const RecurrentSteps steps =
        proj_size_ > 0
            ? projected_steps(gates, h0, c0, d.weight_hh, d.weight_hr, way == 1, pass.goes_on)
            : recurrent(cell_, gates, h0, c0, d.weight_hh,
                        {.reverse = way == 1, .bias = bias.within, .lengths = pass.lengths});
    const std::int64_t last = way == 1 ? 0 : x.size(0) - 1;
    pass.h_n.push_back(steps.states.select(0, last));
    if (steps.cells.defined()) pass.c_n.push_back(steps.cells.select(0, last));
    outputs.push_back(pass.goes_on.defined() ? where(pass.goes_on, steps.states, 0) : steps.states);
  }
  return ways == 1 ? outputs[0] : cat(outputs, 2);
}

LSTMOutput Recurrent::run(const Tensor& input, const RecurrentArguments& given) const {
  check_input(input);
  const ComputedWith guard({&input, &given.h0, &given.c0, &given.lengths});
  const bool single = input.dim() == 2;
  Tensor x = single ? input.unsqueeze(1) : batch_first_ ? input.transpose(0, 1) : input;
  const bool is_lstm = cell_ == RecurrentCell::lstm;
  check<Error>(is_lstm || !given.c0.defined(), "{}: c0 has shape {}, but only an LSTM has cells",
               name_, given.c0.defined() ? given.c0.shape() : Shape{});
  Pass pass{begun("h0", given.h0, x, single, proj_size_ > 0 ? proj_size_ : hidden_size_),
            is_lstm ? begun("c0", given.c0, x, single, hidden_size_) : Tensor(),
            given.lengths,
            {},
            {},
            {}};
  if (given.lengths.defined()) {
    check_lengths(name_, given.lengths, x);
    if (proj_size_ > 0) checked_lengths(given.lengths, x);  // others are recurrent()'s
    const Tensor steps = arange(0, x.size(0), 1, {.dtype = int64}).unsqueeze(1);
    pass.goes_on = (steps < given.lengths).unsqueeze(2);
    // The gradient there is 0, which times NaN or infinity would be NaN in that of weight_ih.
    x = where(pass.goes_on, x, 0);
  }
  for (std::int64_t i = 0; i < num_layers_; ++i) {
    if (i > 0 && is_training()) x = dropout(x, dropout_, *generator_);
    x = layer(i, x, pass);
  }
  const auto states = [&](const std::vector<Tensor>& all) {
    return all.empty() ? Tensor() : single ? cat(all, 0) : stack(all);
  };
  const Tensor output = single ? x.squeeze(1) : batch_first_ ? x.transpose(0, 1) : x;
  return {output, states(pass.h_n), states(pass.c_n)};
}

RecurrentOutput PlainRecurrent::forward(const Tensor& input,
                                        const RecurrentArguments& arguments) const {
  LSTMOutput all = run(input, arguments);
  return {std::move(all.output), std::move(all.h_n)};
}

}  // namespace detail

LSTMOutput LSTM::forward(const Tensor& input, const RecurrentArguments& arguments) const {
  return run(input, arguments);
}

namespace {

RecurrentCell rnn_cell(std::string_view name, std::string_view nonlinearity) {
  check<Error>(nonlinearity == "tanh" || nonlinearity == "relu",
               "{}: nonlinearity is '{}'; use 'tanh' or 'relu'", name, nonlinearity);
  return nonlinearity == "tanh" ? RecurrentCell::rnn_tanh : RecurrentCell::rnn_relu;
}

template <class Options>
RecurrentLayerOptions layers_of(const Options& o) {
  return {.num_layers = o.num_layers,
          .bias = o.bias,
          .batch_first = o.batch_first,
          .dropout = o.dropout,
          .bidirectional = o.bidirectional,
          .dtype = o.dtype,
          .generator = o.generator};
}

RecurrentLayerOptions lstm_layers(const LSTMOptions& options, std::int64_t hidden_size) {
  check<Error>(options.proj_size == 0 || (options.proj_size > 0 && options.proj_size < hidden_size),
               "LSTM: proj_size is {}; it lies below the hidden_size, {}, or is 0",
               options.proj_size, hidden_size);
  return layers_of(options);
}

}  // namespace

RNN::RNN(AsSize input_size, AsSize hidden_size, const RNNOptions& options)
    : PlainRecurrent("RNN", rnn_cell("RNN", options.nonlinearity), input_size, hidden_size,
                     layers_of(options)) {}
GRU::GRU(AsSize input_size, AsSize hidden_size, const RecurrentLayerOptions& options)
    : PlainRecurrent("GRU", RecurrentCell::gru, input_size, hidden_size, options) {}
LSTM::LSTM(AsSize input_size, AsSize hidden_size, const LSTMOptions& options)
    : Recurrent("LSTM", RecurrentCell::lstm, input_size, hidden_size,
                lstm_layers(options, hidden_size), options.proj_size) {}

RNNCell::RNNCell(AsSize input_size, AsSize hidden_size, const RNNCellOptions& options)
    : RecurrentCellModule("RNNCell", rnn_cell("RNNCell", options.nonlinearity), input_size,
                          hidden_size, {options.bias, options.dtype, options.generator}) {}

}  // namespace tapegrad::nn
