#include "tapegrad/state_dict.hpp"

#include "core/check.hpp"

namespace tapegrad {

StateDict::StateDict(std::initializer_list<NamedTensor> entries) {
  for (const NamedTensor& entry : entries) insert(entry.name, entry.tensor);
}

void StateDict::insert(std::string name, Tensor tensor) {
  check<Error>(!contains(name), "state_dict: two entries are called \"{}\"; rename one", name);
  check<Error>(tensor.defined(), "state_dict: \"{}\" is an undefined tensor; leave it out", name);
  places_.emplace(name, entries_.size());
  entries_.push_back({std::move(name), std::move(tensor)});
}

const Tensor* StateDict::find(std::string_view name) const {
  const auto place = places_.find(name);
  return place == places_.end() ? nullptr : &entries_[place->second].tensor;
}

const Tensor& StateDict::operator[](std::string_view name) const {
  const Tensor* tensor = find(name);
  check<IndexError>(tensor != nullptr, "state_dict: no entry \"{}\" among the {}", name, size());
  return *tensor;
}

StateDict StateDict::clone() const {
  StateDict copy = *this;
  for (NamedTensor& entry : copy.entries_) entry.tensor = entry.tensor.clone();
  return copy;
}

}  // namespace tapegrad
