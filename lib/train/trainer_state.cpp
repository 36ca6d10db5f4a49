// What a Trainer remembers.
#include <algorithm>

#include "core/check.hpp"
#include "tapegrad/train/trainer.hpp"
#include "train/numbers.hpp"

namespace tapegrad::train {
namespace {

/// Two whole numbers and the scores.
std::vector<double> numbers_of(const std::vector<EpochScores>& history) {
  std::vector<double> numbers;
  for (const EpochScores& one : history) {
    numbers.push_back(static_cast<double>(one.epoch));
    numbers.push_back(static_cast<double>(one.step));
    for (const auto& [name, value] : one.scores) numbers.push_back(value);
  }
  return numbers;
}

std::vector<EpochScores> history_of(const std::vector<double>& numbers,
                                    const std::vector<std::string>& names) {
  std::vector<EpochScores> history;
  for (std::size_t i = 0; i < numbers.size(); i += 2 + names.size()) {
    EpochScores one{
        static_cast<std::int64_t>(numbers[i]), static_cast<std::int64_t>(numbers[i + 1]), {}};
    for (std::size_t k = 0; k < names.size(); ++k) one.scores.insert(names[k], numbers[i + 2 + k]);
    history.push_back(std::move(one));
  }
  return history;
}

}  // namespace

std::vector<std::string> Trainer::score_names() const {
  std::vector<std::string> names{"loss"};
  for (const Measure& one : measures_) {
    if (one.in_training) names.push_back(one.name);
  }
  if (validates_) {
    names.emplace_back("val_loss");
    for (const Measure& one : measures_) names.push_back("val_" + one.name);
  }
  names.emplace_back("lr");
  return names;
}

template <class Visit>
void Trainer::visit_memories(const Visit& visit) const {
  for (const Measure& one : measures_) {
    if (one.in_training) visit("measures." + one.name, *one.training);
  }
  for (const Named& one : callbacks_) visit("callbacks." + one.name, *one.callback);
}

StateDict Trainer::state_dict() const {
  StateDict state;
  state.insert("step", saved(step_));
  state.insert("epoch", saved(epoch_));
  state.insert("batch", saved(batch_));
  state.insert("loss", saved(sum_.loss));
  state.insert("rows", saved(sum_.rows));
  state.insert("history", saved(numbers_of(history_)));
  visit_memories([&](const std::string& prefix, const auto& memory) {
    insert_below(state, prefix, memory.state_dict());
  });
  return state;
}

StateDict Trainer::own_entries(const StateDict& state) const {
  std::vector<std::string> prefixes;
  visit_memories([&](const std::string& prefix, const auto&) { prefixes.push_back(prefix + "."); });
  StateDict own;
  for (const auto& [name, tensor] : state) {
    if (name.find('.') == std::string::npos) {
      own.insert(name, tensor);
      continue;
    }
    const bool known = std::ranges::any_of(
        prefixes, [&entry = name](const std::string& prefix) { return entry.starts_with(prefix); });
    check<Error>(known, "Trainer: load_state_dict: nothing here has an entry \"{}\"", name);
  }
  return own;
}

void Trainer::load_state_dict(const StateDict& state) {
  const StateDict own = own_entries(state);
  const SavedNumbers numbers("Trainer", own, {"step", "epoch", "batch", "loss", "rows", "history"});
  const std::vector<std::string> names = score_names();
  const std::vector<double> lines = numbers.numbers("history");
  const std::int64_t epoch = numbers.count("epoch");
  numbers.check_same("history", lines.size(), static_cast<std::size_t>(epoch) * (names.size() + 2));
  const std::int64_t step = numbers.count("step");
  const std::int64_t batch = numbers.count("batch");
  const Sum sum{numbers.number("loss"), numbers.count("rows")};
  visit_memories([&](const std::string& prefix, auto& memory) {
    memory.load_state_dict(below(state, prefix));
  });
  history_ = history_of(lines, names);
  step_ = step;
  epoch_ = epoch;
  batch_ = batch;
  sum_ = sum;
}

void Trainer::restore() {
  if (begun_) return;
  checkpoints_.restore();
  begun_ = true;
}

void Trainer::check_history() const {
  if (history_.empty()) return;
  std::vector<std::string> names;
  for (const auto& [name, value] : history_.back().scores) names.push_back(name);
  check<Error>(names == score_names(),
               "Trainer.fit: earlier epochs have {} scores, this one would have {}: measures, and "
               "whether there is a validation source, stay",
               names.size(), score_names().size());
}

}  // namespace tapegrad::train
