// What a Trainer remembers.
#include <algorithm>

#include "core/check.hpp"
#include "tapegrad/train/trainer.hpp"
#include "train/numbers.hpp"

namespace tapegrad::train {
namespace {

/// The steps behind each epoch, and below "scores" the numbers of each name.
void insert_history(StateDict& state, const std::vector<EpochScores>& history) {
  std::vector<std::int64_t> steps;
  for (const EpochScores& one : history) steps.push_back(one.step);
  state.insert("history", saved(steps));
  if (history.empty()) return;
  for (const auto& [name, last] : history.back().scores) {
    std::vector<double> numbers;
    for (const EpochScores& one : history) numbers.push_back(one.scores[name]);
    state.insert("scores." + name, saved(numbers));
  }
}

/// By name: measures may have been added in another order then.
std::vector<EpochScores> history_of(const StateDict& state, const std::vector<std::int64_t>& steps,
                                    const std::vector<std::string>& names) {
  std::vector<EpochScores> history;
  for (const std::int64_t step : steps) {
    history.push_back({static_cast<std::int64_t>(history.size()), step, {}});
  }
  for (std::size_t k = 0; !history.empty() && k < names.size(); ++k) {
    const std::string entry = "scores." + names[k];
    StateDict column;
    if (state.contains(entry)) column.insert(entry, state[entry]);
    const SavedNumbers one("Trainer", column, {entry});
    const std::vector<double> numbers = one.numbers(entry);
    one.check_same(entry, numbers.size(), history.size());
    for (std::size_t i = 0; i < numbers.size(); ++i) history[i].scores.insert(names[k], numbers[i]);
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
  state.insert("batches", saved(batches_.value_or(0)));
  state.insert("accumulate", saved(options_.accumulate));
  visit_memories([&](const std::string& prefix, const auto& memory) {
    insert_below(state, prefix, memory.state_dict());
  });
  insert_history(state, history_);
  return state;
}

StateDict Trainer::own_entries(const StateDict& state) const {
  std::vector<std::string> prefixes;
  visit_memories([&](const std::string& prefix, const auto&) { prefixes.push_back(prefix + "."); });
  const std::vector<std::string> scores = score_names();
  StateDict own;
  for (const auto& [name, tensor] : state) {
    if (name.find('.') == std::string::npos) {
      own.insert(name, tensor);
      continue;
    }
    const bool known =
        std::ranges::any_of(
            prefixes,
            [&entry = name](const std::string& prefix) { return entry.starts_with(prefix); }) ||
        (name.starts_with("scores.") && std::ranges::find(scores, name.substr(7)) != scores.end());
    check<Error>(known, "Trainer: load_state_dict: nothing here has an entry \"{}\"", name);
  }
  return own;
}

void Trainer::load_state_dict(const StateDict& state) {
  const StateDict own = own_entries(state);
  const SavedNumbers numbers(
      "Trainer", own,
      {"step", "epoch", "batch", "loss", "rows", "batches", "accumulate", "history"});
  const std::vector<std::int64_t> steps = numbers.integers("history");
  const std::int64_t epoch = numbers.count("epoch");
  numbers.check_same("history", steps.size(), static_cast<std::size_t>(epoch));
  std::vector<EpochScores> history = history_of(state, steps, score_names());
  const std::int64_t step = numbers.count("step");
  const std::int64_t batch = numbers.count("batch");
  const std::int64_t batches = numbers.count("batches");
  const std::int64_t accumulate = numbers.count("accumulate");
  check<Error>(
      batch == 0 || accumulate == options_.accumulate,
      "Trainer: load_state_dict: epoch {} began with steps of {} batches, and accumulate is "
      "{} now; nothing was loaded",
      epoch, accumulate, options_.accumulate);
  const Sum sum{numbers.number("loss"), numbers.count("rows")};
  visit_memories([&](const std::string& prefix, auto& memory) {
    memory.load_state_dict(below(state, prefix));
  });
  history_ = std::move(history);
  step_ = step;
  epoch_ = epoch;
  batch_ = batch;
  batches_ = batches > 0 ? std::optional(batches) : std::nullopt;
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
