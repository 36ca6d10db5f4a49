#include "tapegrad/train/scores.hpp"

#include <algorithm>

#include "core/check.hpp"

namespace tapegrad::train {

void Scores::insert(std::string name, double value) {
  check<Error>(find(name) == nullptr, "Scores.insert: there is a \"{}\" already", name);
  entries_.emplace_back(std::move(name), value);
}

const double* Scores::find(std::string_view name) const {
  const auto found = std::ranges::find(
      entries_, name, [](const auto& entry) { return std::string_view(entry.first); });
  return found == entries_.end() ? nullptr : &found->second;
}

double Scores::operator[](std::string_view name) const {
  const double* value = find(name);
  if (value != nullptr) return *value;
  std::string names;
  for (const auto& [one, number] : entries_) names += (names.empty() ? "" : ", ") + one;
  fail<IndexError>("Scores: no \"{}\"; there are {}: {}", name, entries_.size(), names);
}

}  // namespace tapegrad::train
