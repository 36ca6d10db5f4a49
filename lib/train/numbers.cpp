#include "train/numbers.hpp"

#include <algorithm>
#include <string>

#include "core/check.hpp"
#include "tapegrad/ops/create.hpp"

namespace tapegrad::train {

Tensor saved(double number) { return full({}, number, {.dtype = float64}); }
Tensor saved(std::int64_t number) { return full({}, number, {.dtype = int64}); }
Tensor saved(const std::vector<double>& numbers) {
  return Tensor::from_vector(std::vector<double>(numbers));
}
Tensor saved(const std::vector<std::int64_t>& numbers) {
  return Tensor::from_vector(std::vector<std::int64_t>(numbers));
}

namespace {

/// Before there are too many, by its name.
const StateDict& without_strays(std::string_view owner, const StateDict& state,
                                std::initializer_list<std::string_view> names) {
  for (const auto& [name, tensor] : state) {
    check<Error>(std::ranges::find(names, name) != names.end(),
                 "{}: load_state_dict: nothing here has an entry \"{}\"; nothing was loaded", owner,
                 name);
  }
  return state;
}

}  // namespace

SavedNumbers::SavedNumbers(std::string_view owner, const StateDict& state,
                           std::initializer_list<std::string_view> names)
    : Numbers(owner, without_strays(owner, state, names), names) {}

std::vector<double> SavedNumbers::numbers(std::string_view name) const {
  return of(name, {state_[name].numel()}).to_vector<double>();
}

std::vector<std::int64_t> SavedNumbers::integers(std::string_view name) const {
  return of(name, {state_[name].numel()}, int64).to_vector<std::int64_t>();
}

void SavedNumbers::check_same(std::string_view name, std::size_t size, std::size_t other) const {
  check<ShapeError>(size == other,
                    "{}: load_state_dict: \"{}\" has {} elements in the place of {}; nothing was "
                    "loaded",
                    owner_, name, size, other);
}

StateDict below(const StateDict& state, std::string_view prefix) {
  StateDict part;
  for (const auto& [name, tensor] : state) {
    if (name.size() <= prefix.size() || name[prefix.size()] != '.' || !name.starts_with(prefix)) {
      continue;
    }
    part.insert(name.substr(prefix.size() + 1), tensor);
  }
  return part;
}

void insert_below(StateDict& state, std::string_view prefix, const StateDict& part) {
  for (const auto& [name, tensor] : part) {
    state.insert(fmt::format("{}.{}", prefix, name), tensor);
  }
}

}  // namespace tapegrad::train
