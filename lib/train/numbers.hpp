// What a measure or a callback remembers, as named tensors, and back.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <vector>

#include "optim/numbers.hpp"
#include "tapegrad/state_dict.hpp"

namespace tapegrad::train {

/// float64 and int64, of rank 0 and 1.
Tensor saved(double number);
Tensor saved(std::int64_t number);
Tensor saved(const std::vector<double>& numbers);
Tensor saved(const std::vector<std::int64_t>& numbers);

/// Reads such a state in its owner's name.
class SavedNumbers : public optim::Numbers {
 public:
  /// Throws Error unless the state has these names and no others.
  SavedNumbers(std::string_view owner, const StateDict& state,
               std::initializer_list<std::string_view> names);
  /// Of rank 1.
  std::vector<double> numbers(std::string_view name) const;
  std::vector<std::int64_t> integers(std::string_view name) const;
  /// Throws ShapeError unless the sizes are equal.
  void check_same(std::string_view name, std::size_t size, std::size_t other) const;
};

/// The entries whose names begin with `prefix` and a dot, without that.
StateDict below(const StateDict& state, std::string_view prefix);
/// The other way round.
void insert_below(StateDict& state, std::string_view prefix, const StateDict& part);

}  // namespace tapegrad::train
