// A program as a list of operations with their inputs: for pictures, and for TensorBoard.
#include <unordered_map>

#include "autograd/record_list.hpp"
#include "core/check.hpp"
#include "program/plan.hpp"
#include "program/program_impl.hpp"

namespace tapegrad {
namespace {

class Records {
 public:
  explicit Records(const Plan& plan);
  void add(const Step& step);
  std::vector<TapeRecord> taken() && { return std::move(list_).taken(); }

 private:
  std::size_t place_of(const Tensor& x);

  RecordList list_;
  /// Where what lies in a memory was made last.
  std::unordered_map<const Storage*, std::size_t> makers_;
  std::unordered_map<const Storage*, std::string> feeds_;
  std::unordered_map<const Storage*, const Outsider*> outsiders_;
};

Records::Records(const Plan& plan) {
  for (std::size_t i = 0; i < plan.captured().feeds.size(); ++i) {
    feeds_.emplace(plan.captured().feeds[i].impl()->storage.get(), fmt::format("feed_{}", i));
  }
  for (const Outsider& outsider : plan.captured().outsiders) {
    outsiders_.emplace(outsider.storage, &outsider);
  }
}

/// A source is added where it is used first.
std::size_t Records::place_of(const Tensor& x) {
  const Storage* storage = x.impl()->storage.get();
  if (const auto made = makers_.find(storage); made != makers_.end()) return made->second;
  const auto feed = feeds_.find(storage);
  const auto found = outsiders_.find(storage);
  std::size_t place = 0;
  if (feed != feeds_.end()) {
    place = list_.add_source(x, feed->second, "feed");
  } else if (found != outsiders_.end()) {
    const Outsider& outsider = *found->second;
    const Scope* label = outsider.tensor.impl()->label;
    place = list_.add_source(outsider.tensor, label ? path_of(label) : "outside",
                             outsider.node ? "leaf" : "constant");
  } else {
    place = list_.add_source(x, "constant", "constant");
  }
  makers_.emplace(storage, place);
  return place;
}

void Records::add(const Step& step) {
  TapeRecord record;
  record.operation = step.name;
  for (const Tensor& x : step.inputs) {
    if (x.defined()) record.inputs.emplace_back(place_of(x));
  }
  AttributeList attributes;
  if (step.operation) step.operation->attributes(attributes);
  record.attributes = std::move(attributes).taken();
  const std::string scope = path_of(step.scope);
  record.name = list_.unique(scope.empty() ? step.name : scope + "/" + step.name);
  for (std::size_t i = 0; i < step.outputs.size(); ++i) {
    makers_.insert_or_assign(step.outputs[i].impl()->storage.get(), list_.size() + i);
  }
  list_.add(record, step.outputs);
}

}  // namespace

std::vector<TapeRecord> Program::operations() const {
  const std::lock_guard guard(impl_->mutex);
  if (impl_->entries.empty()) return {};
  const Plan& plan = impl_->entries.front()->plan;
  Records records(plan);
  for (const Step& step : plan.captured().steps) records.add(step);
  return std::move(records).taken();
}

std::string Program::dot() const { return tape_dot(operations()); }

}  // namespace tapegrad
