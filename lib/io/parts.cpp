#include "io/parts.hpp"

#include <algorithm>
#include <exception>
#include <utility>
#include <vector>

#include "core/check.hpp"
#include "io/input.hpp"

namespace tapegrad::io {
namespace {

using detail::Part;
using detail::Refusal;
using States = std::map<std::string, StateDict, std::less<>>;

/// A value that several places of a tensor share can't be restored: copy_() refuses it.
void check_places(std::string_view operation, const std::string& entry, const Tensor& x,
                  std::string_view place) {
  check<Error>(!x.overlaps_itself(), "{}: elements of {} share memory: {}; clone() the tensor",
               operation, shown(entry), place);
}

/// The part's own state must have the names, shapes and dtypes of what was saved.
void check_fits(const Part& part, const StateDict& saved, std::string_view path) {
  const StateDict own = part.state();
  for (const auto& [name, tensor] : own) {
    const std::string entry = entry_name(part.name, name);
    const Tensor* x = saved.find(name);
    check_places("restore", entry, tensor, path);
    check<IoError>(x != nullptr, "restore: no entry {} in the checkpoint: {}; nothing was restored",
                   shown(entry), path);
    check<IoError>(x->shape() == tensor.shape(),
                   "restore: {} has shape {} in the checkpoint and {} here: {}; nothing was "
                   "restored",
                   shown(entry), x->shape(), tensor.shape(), path);
    check<IoError>(x->dtype() == tensor.dtype(),
                   "restore: {} is {} in the checkpoint and {} here: {}; nothing was restored",
                   shown(entry), x->dtype(), tensor.dtype(), path);
  }
  for (const auto& [name, tensor] : saved) {
    check<IoError>(own.contains(name),
                   "restore: nothing here has an entry {}: {}; nothing was "
                   "restored",
                   shown(entry_name(part.name, name)), path);
  }
}

void check_same_parts(std::span<const Part> parts, const States& states, std::string_view path) {
  for (const auto& [name, state] : states) {
    check<IoError>(std::ranges::find(parts, name, &Part::name) != parts.end(),
                   "restore: the checkpoint has {}, which was not added: {}; "
                   "load_checkpoint_part() reads one part alone",
                   shown(name), path);
  }
  for (const Part& part : parts) {
    check<IoError>(states.contains(part.name) || part.state().empty(),
                   "restore: the checkpoint has no {}: {}; was it added later?", shown(part.name),
                   path);
  }
}

/// Remembers what parts were before they were changed.
class Before {
 public:
  void remember(const Part& part) { states_.emplace_back(&part, part.state().clone()); }
  /// Says which part could not be put back, and is empty as a rule.
  std::string put_back() {
    std::string failures;
    for (const auto& [part, state] : states_) {
      try {
        part->load(state);
      } catch (const std::exception& error) {
        failures +=
            fmt::format("; {} could not be put back either: {}", shown(part->name), error.what());
      }
    }
    return failures;
  }

 private:
  std::vector<std::pair<const Part*, StateDict>> states_;
};

/// Those that may stop half way come first and those that can't refuse last, so that as little as
/// possible has to be remembered: nothing of a model and its optimizer.
std::vector<const Part*> by_risk(std::span<const Part> parts) {
  std::vector<const Part*> sorted;
  for (const Part& part : parts) sorted.push_back(&part);
  std::ranges::stable_sort(sorted, std::ranges::greater(), &Part::refusal);
  return sorted;
}

}  // namespace

std::string_view part_of(std::string_view entry) { return entry.substr(0, entry.find('.')); }

std::string entry_name(std::string_view part, std::string_view name) {
  return name.empty() ? std::string(part) : fmt::format("{}.{}", part, name);
}

States split_by_part(const StateDict& all) {
  States states;
  for (const auto& [entry, tensor] : all) {
    const std::string_view part = part_of(entry);
    const std::string_view name = std::string_view(entry).substr(part.size());
    states[std::string(part)].insert(std::string(name.substr(name.empty() ? 0 : 1)), tensor);
  }
  return states;
}

StateDict join_parts(std::span<const Part> parts) {
  StateDict all;
  for (const Part& part : parts) {
    for (const auto& [name, tensor] : part.state()) {
      check_places("save", entry_name(part.name, name), tensor, part.name);
      all.insert(entry_name(part.name, name), tensor);
    }
  }
  return all;
}

void load_parts(std::span<const Part> parts, const StateDict& all, std::string_view path) {
  States states = split_by_part(all);
  check_same_parts(parts, states, path);
  for (const Part& part : parts) {
    if (part.refusal == Refusal::never) check_fits(part, states[part.name], path);
  }
  const std::vector<const Part*> sorted = by_risk(parts);
  const auto refusing = static_cast<std::size_t>(std::ranges::count_if(
      parts, [](const Part& part) { return part.refusal != Refusal::never; }));
  Before before;
  std::size_t i = 0;
  try {
    for (; i < sorted.size(); ++i) {
      const bool others_may_refuse = i + 1 < refusing;
      if (others_may_refuse || sorted[i]->refusal == Refusal::anywhere) {
        before.remember(*sorted[i]);
      }
      sorted[i]->load(states[sorted[i]->name]);
    }
  } catch (const Error& error) {
    fail<IoError>("restore: {} doesn't fit: {}: {}{}", shown(sorted[i]->name), path, error.what(),
                  before.put_back());
  } catch (...) {
    before.put_back();
    throw;
  }
}

}  // namespace tapegrad::io
