#include <algorithm>
#include <cmath>

#include "core/check.hpp"
#include "core/computed_with.hpp"
#include "core/sizes.hpp"
#include "nn/recurrent_parts.hpp"
#include "tapegrad/nn/init.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/linalg.hpp"
#include "tapegrad/ops/pointwise.hpp"

namespace tapegrad::nn {

void make_parameters(const CellParameters& to, const CellSizes& sizes) {
  check<ShapeError>(sizes.input > 0 && sizes.hidden > 0,
                    "{}: input_size is {}, hidden_size is {}; sizes are positive", sizes.name,
                    sizes.input, sizes.hidden);
  check_dtype(sizes.name, sizes.dtype);
  check<DTypeError>(is_floating(sizes.dtype), "{}: {} parameters; use float32 or float64",
                    sizes.name, sizes.dtype);
  const std::int64_t count = sizes.cell == RecurrentCell::lstm  ? 4
                             : sizes.cell == RecurrentCell::gru ? 3
                                                                : 1;
  const std::int64_t gates = checked_mul(sizes.name, count, sizes.hidden);
  const std::int64_t most = checked_mul(sizes.name, gates, std::max(sizes.input, sizes.hidden));
  checked_bytes(sizes.name, most, sizes.dtype);
  const double bound = 1 / std::sqrt(static_cast<double>(sizes.hidden));
  const auto begin = [&](Parameter& p, const Shape& shape) {
    p = empty(shape, {.dtype = sizes.dtype});
    init::uniform_(p, -bound, bound, sizes.generator);
  };
  begin(to.weight_ih, {gates, sizes.input});
  begin(to.weight_hh, {gates, sizes.projected > 0 ? sizes.projected : sizes.hidden});
  if (sizes.bias) {
    begin(to.bias_ih, {gates});
    begin(to.bias_hh, {gates});
  }
  if (sizes.projected > 0) begin(*to.weight_hr, {sizes.projected, sizes.hidden});
}

Biases biases_of(RecurrentCell cell, const Tensor& bias_ih, const Tensor& bias_hh) {
  if (!bias_ih.defined() || cell == RecurrentCell::gru) return {bias_ih, bias_hh};
  return {bias_ih + bias_hh, {}};
}

void check_lengths(std::string_view name, const Tensor& lengths, const Tensor& x) {
  check<DTypeError>(!is_floating(lengths.dtype()) && lengths.dtype() != boolean,
                    "{}: lengths are {}; use integers", name, lengths.dtype());
  check<ShapeError>(lengths.shape() == Shape{x.size(1)},
                    "{}: lengths are {}; they need one for each of {} rows", name, lengths.shape(),
                    x.size(1));
}

namespace detail {

RecurrentCellModule::RecurrentCellModule(std::string_view name, RecurrentCell cell,
                                         std::int64_t input_size, std::int64_t hidden_size,
                                         const Options& options)
    : name_(name), cell_(cell) {
  make_parameters(
      {weight_ih, weight_hh, bias_ih, bias_hh},
      {name, cell, input_size, hidden_size, options.bias, options.dtype, options.generator});
}

void RecurrentCellModule::visit(Visitor& v) {
  v("weight_ih", weight_ih);
  v("weight_hh", weight_hh);
  v("bias_ih", bias_ih);
  v("bias_hh", bias_hh);
}

std::string RecurrentCellModule::extra_repr() const {
  if (!weight_ih.defined()) return "moved from";
  return fmt::format("{}, {}{}", weight_ih.size(1), weight_hh.size(1),
                     bias_ih.defined() ? "" : ", bias=False");
}

RecurrentSteps RecurrentCellModule::step(const Tensor& input, const Tensor& hidden,
                                         const Tensor& cells) const {
  check_defined(name_, input);
  check<Error>(weight_ih.defined(), "{}: it has no weights: it was moved from", name_);
  const std::int64_t size = weight_hh.size(1);
  check<ShapeError>((input.dim() == 1 || input.dim() == 2) && input.size(-1) == weight_ih.size(1),
                    "{}: input is {}; it needs [batch, {}] or [{}]", name_, input.shape(),
                    weight_ih.size(1), weight_ih.size(1));
  check<DTypeError>(input.dtype() == weight_ih.dtype(),
                    "{}: input is {}, the weights are {}; convert one with to()", name_,
                    input.dtype(), weight_ih.dtype());
  const ComputedWith guard({&input, &hidden, &cells});
  const bool single = input.dim() == 1;
  const Tensor x = single ? input.unsqueeze(0) : input;
  const auto begun = [&](std::string_view what, const Tensor& given) {
    if (!given.defined()) return zeros({x.size(0), size}, {.dtype = x.dtype()});
    const Tensor state = single && given.dim() == 1 ? given.unsqueeze(0) : given;
    const Shape wanted{x.size(0), size};
    check<ShapeError>(state.shape() == wanted, "{}: {} is {}; it needs {}", name_, what,
                      given.shape(), wanted);
    check<DTypeError>(state.dtype() == x.dtype(),
                      "{}: {} is {}, the input is {}; convert with to()", name_, what,
                      state.dtype(), x.dtype());
    return state;
  };
  const Biases bias = biases_of(cell_, bias_ih, bias_hh);
  const RecurrentSteps one =
      recurrent(cell_, linear(x, weight_ih, bias.outside).unsqueeze(0), begun("hidden", hidden),
                cell_ == RecurrentCell::lstm ? begun("c", cells) : Tensor(), weight_hh,
                {.bias = bias.within});
  const auto result = [&](const Tensor& steps) {
    if (!steps.defined()) return steps;
    return single ? steps.select(0, 0).squeeze(0) : steps.select(0, 0);
  };
  return {result(one.states), result(one.cells)};
}

}  // namespace detail

GRUCell::GRUCell(AsSize input_size, AsSize hidden_size, const RecurrentCellOptions& options)
    : RecurrentCellModule("GRUCell", RecurrentCell::gru, input_size, hidden_size,
                          {options.bias, options.dtype, options.generator}) {}
LSTMCell::LSTMCell(AsSize input_size, AsSize hidden_size, const RecurrentCellOptions& options)
    : RecurrentCellModule("LSTMCell", RecurrentCell::lstm, input_size, hidden_size,
                          {options.bias, options.dtype, options.generator}) {}

Tensor RNNCell::forward(const Tensor& input, const Tensor& hidden) const {
  return step(input, hidden, {}).states;
}
Tensor GRUCell::forward(const Tensor& input, const Tensor& hidden) const {
  return step(input, hidden, {}).states;
}
LSTMState LSTMCell::forward(const Tensor& input, const LSTMState& state) const {
  const RecurrentSteps next = step(input, state.h, state.c);
  return {next.states, next.cells};
}

}  // namespace tapegrad::nn
