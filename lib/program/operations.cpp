// A program as a list of operations with their inputs: for pictures, and for TensorBoard.
#include <map>
#include <unordered_map>

#include "core/check.hpp"
#include "program/plan.hpp"
#include "program/program_impl.hpp"

namespace tapegrad {
namespace {

class Records {
 public:
  explicit Records(const Plan& plan);
  void add(const Step& step);
  std::vector<TapeRecord> taken() && { return std::move(list_); }

 private:
  std::string unique(const std::string& name);
  std::size_t place_of(const Tensor& x);
  std::size_t add_source(const Tensor& x, const std::string& name, std::string operation);

  std::vector<TapeRecord> list_;
  /// Where what lies in a memory was made last.
  std::unordered_map<const Storage*, std::size_t> makers_;
  std::unordered_map<const Storage*, std::string> feeds_;
  std::unordered_map<const Storage*, const Outsider*> outsiders_;
  std::map<std::string, std::size_t> uses_;
};

Records::Records(const Plan& plan) {
  for (std::size_t i = 0; i < plan.places_of_feeds().size(); ++i) {
    feeds_.emplace(plan.places_of_feeds()[i].get(), fmt::format("feed_{}", i));
  }
  for (const Outsider& outsider : plan.captured().outsiders) {
    outsiders_.emplace(outsider.storage, &outsider);
  }
}

std::string Records::unique(const std::string& name) {
  const std::size_t before = uses_[name]++;
  return before == 0 ? name : unique(fmt::format("{}_{}", name, before));
}

std::size_t Records::add_source(const Tensor& x, const std::string& name, std::string operation) {
  list_.push_back({.name = unique(name),
                   .operation = std::move(operation),
                   .dtype = x.dtype(),
                   .shape = x.shape()});
  return list_.size() - 1;
}

/// A source is added where it is used first.
std::size_t Records::place_of(const Tensor& x) {
  const Storage* storage = x.impl()->storage.get();
  if (const auto made = makers_.find(storage); made != makers_.end()) return made->second;
  const auto feed = feeds_.find(storage);
  const auto found = outsiders_.find(storage);
  std::size_t place = 0;
  if (feed != feeds_.end()) {
    place = add_source(x, feed->second, "feed");
  } else if (found != outsiders_.end()) {
    const Outsider& outsider = *found->second;
    const Scope* label = outsider.tensor.impl()->label;
    place = add_source(outsider.tensor, label ? path_of(label) : "outside",
                       outsider.node ? "leaf" : "constant");
  } else {
    place = add_source(x, "constant", "constant");
  }
  makers_.emplace(storage, place);
  return place;
}

void Records::add(const Step& step) {
  std::vector<std::optional<std::size_t>> inputs;
  for (const Tensor& x : step.inputs) {
    if (x.defined()) inputs.emplace_back(place_of(x));
  }
  AttributeList attributes;
  if (step.operation) step.operation->attributes(attributes);
  const std::vector<Attribute> told = std::move(attributes).taken();
  const std::string scope = path_of(step.scope);
  const std::string name = unique(scope.empty() ? step.name : scope + "/" + step.name);
  const auto put = [&](DType dtype, const Shape& shape, std::optional<std::size_t> result) {
    const std::string number = result ? fmt::format(":{}", *result) : "";
    list_.push_back({name + number, step.name, dtype, shape, inputs, false, told, result});
  };
  for (std::size_t i = 0; i < step.outputs.size(); ++i) {
    const Tensor& y = step.outputs[i];
    put(y.dtype(), y.shape(), step.outputs.size() == 1 ? std::nullopt : std::optional(i));
    makers_.insert_or_assign(y.impl()->storage.get(), list_.size() - 1);
  }
  // A step that only acts, on what it reads.
  if (step.outputs.empty()) put(float32, {0}, std::nullopt);
}

}  // namespace

std::vector<TapeRecord> Program::operations() const {
  const std::lock_guard guard(impl_->mutex);
  if (impl_->entries.empty()) return {};
  const Plan& plan = *impl_->entries.front().plan;
  Records records(plan);
  for (const Step& step : plan.captured().steps) records.add(step);
  return std::move(records).taken();
}

std::string Program::dot() const { return tape_dot(operations()); }

}  // namespace tapegrad
