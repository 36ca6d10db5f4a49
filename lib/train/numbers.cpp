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

SavedNumbers::SavedNumbers(std::string_view owner, const StateDict& state,
                           std::initializer_list<std::string_view> names)
    : owner_(owner), state_(state) {
  for (const std::string_view name : names) {
    check<Error>(state.contains(name), "{}: load_state_dict: no entry \"{}\"; nothing was loaded",
                 owner, name);
  }
  for (const auto& [name, tensor] : state) {
    check<Error>(std::ranges::find(names, name) != names.end(),
                 "{}: load_state_dict: nothing here has an entry \"{}\"; nothing was loaded", owner,
                 name);
  }
}

const Tensor& SavedNumbers::of(std::string_view name, std::int64_t rank, DType dtype) const {
  const Tensor& x = state_[name];
  check<ShapeError>(x.dim() == rank,
                    "{}: load_state_dict: \"{}\" has shape {}, not rank {}; nothing was loaded",
                    owner_, name, x.shape(), rank);
  check<DTypeError>(x.dtype() == dtype,
                    "{}: load_state_dict: \"{}\" is {} in the place of {}; nothing was loaded",
                    owner_, name, x.dtype(), dtype);
  return x;
}

double SavedNumbers::number(std::string_view name) const {
  return of(name, 0, float64).item<double>();
}

std::int64_t SavedNumbers::count(std::string_view name) const {
  const auto count = of(name, 0, int64).item<std::int64_t>();
  check<Error>(count >= 0, "{}: load_state_dict: \"{}\" is {}; nothing was loaded", owner_, name,
               count);
  return count;
}

std::vector<double> SavedNumbers::numbers(std::string_view name) const {
  return of(name, 1, float64).to_vector<double>();
}

std::vector<std::int64_t> SavedNumbers::integers(std::string_view name) const {
  return of(name, 1, int64).to_vector<std::int64_t>();
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
