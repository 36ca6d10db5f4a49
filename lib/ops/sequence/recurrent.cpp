#include "tapegrad/ops/sequence/recurrent.hpp"

#include "core/check.hpp"
#include "ops/floating.hpp"
#include "ops/sequence/recurred.hpp"
#include "ops/value_check.hpp"

namespace tapegrad {
namespace {

std::int64_t gates_of(nn::RecurrentCell cell) {
  return cell == nn::RecurrentCell::lstm ? 4 : cell == nn::RecurrentCell::gru ? 3 : 1;
}

void check_row_lengths(const Tensor& lengths, const Tensor& x) {
  const std::vector<std::int64_t> values = lengths.to_vector<std::int64_t>();
  const std::int64_t steps = x.shape()[0];
  for (std::size_t i = 0; i < values.size(); ++i) {
    check<Error>(values[i] >= 1 && values[i] <= steps,
                 "recurrent: the length of row {} is {}; it must lie in [1, {}], the steps", i,
                 values[i], steps);
  }
}

void check_states(const Tensor& gates, const Tensor& hidden, const Tensor& weight,
                  std::int64_t count) {
  check<ShapeError>(gates.dim() == 3 && hidden.dim() == 2 && weight.dim() == 2 &&
                        hidden.size(0) == gates.size(1) &&
                        gates.size(2) == count * hidden.size(1) &&
                        weight.size(0) == gates.size(2) && weight.size(1) == hidden.size(1),
                    "recurrent: gates are {}, hidden is {}, weight is {}; they need [steps, batch, "
                    "{} size], [batch, size] and [{} size, size]",
                    gates.shape(), hidden.shape(), weight.shape(), count, count);
  check<ShapeError>(gates.size(0) > 0, "recurrent: gates are {}; a sequence has at least one step",
                    gates.shape());
  check_floating("recurrent", gates);
  check<DTypeError>(gates.dtype() == hidden.dtype() && gates.dtype() == weight.dtype(),
                    "recurrent: gates are {}, hidden is {}, weight is {}; convert them with to()",
                    gates.dtype(), hidden.dtype(), weight.dtype());
}

/// Of an optional tensor.
void check_beside(std::string_view what, const Tensor& x, const Shape& shape, DType dtype) {
  check<ShapeError>(x.shape() == shape, "recurrent: {} has shape {}; it needs {}", what, x.shape(),
                    shape);
  check<DTypeError>(x.dtype() == dtype, "recurrent: {} is {}, gates are {}; convert with to()",
                    what, x.dtype(), dtype);
}

}  // namespace

Tensor nn::detail::checked_lengths(const Tensor& lengths, const Tensor& x) {
  check<DTypeError>(!is_floating(lengths.dtype()) && lengths.dtype() != boolean,
                    "recurrent: lengths are {}; use integers", lengths.dtype());
  check<ShapeError>(lengths.shape() == Shape{x.size(1)},
                    "recurrent: lengths are {}; they need one for each of {} rows", lengths.shape(),
                    x.size(1));
  const Tensor exact = lengths.to(int64).contiguous();
  check_values(check_row_lengths, exact, x.detach());
  return exact;
}

nn::RecurrentSteps nn::recurrent(RecurrentCell cell, const Tensor& gates, const Tensor& hidden,
                                 const Tensor& cells, const Tensor& weight,
                                 const RecurrentOptions& options) {
  check<Error>(cell <= RecurrentCell::lstm, "recurrent: RecurrentCell({}) is no cell",
               static_cast<int>(cell));
  check_defined("recurrent", 0, gates, hidden, 0, weight);  // there may be no cells
  const std::int64_t count = gates_of(cell);
  check_states(gates, hidden, weight, count);
  check<Error>(cells.defined() == (cell == RecurrentCell::lstm),
               "recurrent: cells are {}; an lstm needs them, and no other",
               cells.defined() ? "defined" : "undefined");
  if (cells.defined()) check_beside("cells", cells, hidden.shape(), gates.dtype());
  check<Error>(!options.bias.defined() || cell == RecurrentCell::gru,
               "recurrent: a bias beside the state is for a gru; the bias of RecurrentCell({}) "
               "belongs to gates",
               static_cast<int>(cell));
  if (options.bias.defined()) {
    check_beside("bias", options.bias, {weight.size(0)}, gates.dtype());
  }
  if (!options.lengths.defined()) return recurred(cell, gates, hidden, cells, weight, options);
  RecurrentOptions exact = options;
  exact.lengths = detail::checked_lengths(options.lengths, gates);
  return recurred(cell, gates, hidden, cells, weight, exact);
}

}  // namespace tapegrad
