// Cells of recurrent networks along a sequence: what is done in each step, forwards and backwards.
// What the inputs give to the gates, a product for all steps at once, has been computed before.
#pragma once

#include <cstdint>

#include "kernels/ref.hpp"

namespace tapegrad::kernels {

enum class Cell : std::uint8_t { tanh, relu, gru, lstm };

/// How many times the size of a state the gates have.
constexpr std::int64_t gates_of(Cell cell) {
  return cell == Cell::lstm ? 4 : cell == Cell::gru ? 3 : 1;
}

/// What there is to read, row-major and of one element type, and which way.
struct Recurrence {
  Cell cell;
  bool reverse;
  Ref hidden;          ///< [batch, size]
  const Ref* cells;    ///< [batch, size], of an lstm
  Ref weight;          ///< [gates size, size]
  const Ref* bias;     ///< [gates size] or null, of a gru, where it lies within a product
  const Ref* lengths;  ///< int64 [batch]: where rows end, whose states stay from there; or null
};

/// The states after all steps and what else the gradients need, row-major.
struct Steps {
  Ref states;  ///< [steps, batch, size]
  Ref second;  ///< the same: the cells of an lstm; of a gru what its new gate has of the state
  Ref gates;   ///< [steps, batch, gates size]
};

/// steps.gates hold what the inputs give, and then the gates.
void recurrent(const Steps& steps, const Recurrence& r);

struct RecurrentGradients {
  Ref gates;   ///< [steps, batch, gates size], of what the inputs give
  Ref within;  ///< the same of what the states give: other than `gates` for a gru alone
  Ref hidden;  ///< [batch, size]
  Ref cells;   ///< [batch, size], of an lstm
  Ref weight;  ///< [gates size, size]
};

/// From the gradients of states and, of an lstm, cells, either of which may be null.
void recurrent_back(const RecurrentGradients& to, const Ref* g_states, const Ref* g_cells,
                    const Steps& steps, const Recurrence& r);

}  // namespace tapegrad::kernels
