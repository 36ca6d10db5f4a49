// In which order a checkpoint comes into its folder, and what is passed over on the way back.
#include "tapegrad/io/saver.hpp"

#include <algorithm>

#include "core/check.hpp"
#include "io/atomic_file.hpp"
#include "io/checkpoint.hpp"
#include "io/checkpoint_folder.hpp"
#include "io/folder.hpp"
#include "io/folder_lock.hpp"
#include "io/input.hpp"
#include "io/parts.hpp"
#include "io/path.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/create.hpp"

namespace tapegrad::io {
namespace {

/// The state of a value that has no names of its own.
StateDict unnamed(const Tensor& tensor) { return {{"", tensor}}; }

template <class T>
detail::Part number_part(std::string name, T& number) {
  return {std::move(name), [&number] { return unnamed(full({}, number, {.dtype = dtype_of<T>})); },
          [&number](const StateDict& state) { number = state[""].template item<T>(); },
          detail::Refusal::never};
}

void load_tensor(Tensor own, const StateDict& state) {
  const Tensor* saved = state.find("");
  check<Error>(saved && state.size() == 1, "the checkpoint has no tensor of this name");
  check<Error>(saved->shape() == own.shape() && saved->dtype() == own.dtype(),
               "{} of shape {} in the checkpoint, {} of shape {} here", saved->dtype(),
               saved->shape(), own.dtype(), own.shape());
  const NoGrad guard;
  own.copy_(*saved);
}

void check_patience(std::string_view operation, double lock_seconds) {
  check<Error>(lock_seconds >= 0, "{}: lock_seconds {}; use 0 or more, or infinity", operation,
               lock_seconds);
}

void check_options(const std::string& directory, const SaverOptions& options) {
  check<Error>(!directory.empty(), "Saver: the name of the folder is empty; \".\" is this one");
  check_path("Saver", directory);
  check_patience("Saver", options.lock_seconds);
  check<Error>(options.max_to_keep >= 0 && options.keep_every >= 0,
               "Saver: negative options: max_to_keep {}, keep_every {}; 0 keeps all, and none for "
               "ever",
               options.max_to_keep, options.keep_every);
  for (const auto& [name, text] : options.metadata) {
    check<Error>(!name.starts_with(reserved_metadata),
                 "Saver: metadata named {}: names that start with \"{}\" are the library's",
                 shown(name), reserved_metadata);
    check_name("Saver", name, directory);
  }
}

Restored restored_from(const std::string& path, const Checkpoint& checkpoint) {
  return {path, checkpoint.step, checkpoint.metadata};
}

[[noreturn]] void fail_all_damaged(const std::string& directory,
                                   const std::vector<PassedOver>& passed_over) {
  constexpr std::size_t most = 10;
  std::string reasons;
  for (std::size_t i = 0; i < std::min(most, passed_over.size()); ++i) {
    reasons += "\n  " + passed_over[i].reason;
  }
  if (passed_over.size() > most) {
    reasons += fmt::format("\n  and {} more", passed_over.size() - most);
  }
  fail<IoError>(
      "restore_latest: none of the {} checkpoints can be used: {}; move them away to "
      "start anew{}",
      passed_over.size(), directory, reasons);
}

LockOptions patience(const SaverOptions& options) {
  return {options.lock_seconds, options.on_wait};
}

struct Found {
  std::string path;
  Checkpoint checkpoint;
  std::vector<PassedOver> passed_over;
};

std::vector<Candidate> newest_first(std::string_view operation, const std::string& directory) {
  std::vector<Candidate> all = checkpoints_in(operation, directory);
  std::ranges::reverse(all);
  return all;
}

/// Nobody removes or lists a checkpoint until the one that is found has been opened. The lock ends
/// here: parts that are loaded may use the folder.
std::optional<Found> newest_intact(const std::string& directory, const LockOptions& patience) {
  const FolderLock lock("restore_latest", directory, patience);
  std::vector<PassedOver> passed_over;
  for (Candidate& candidate : newest_first("restore_latest", directory)) {
    if (!candidate.problem.empty()) {
      std::string reason = fmt::format("restore: {}: {}", candidate.problem, candidate.path);
      passed_over.push_back({std::move(candidate.path), std::move(reason)});
      continue;
    }
    try {
      Checkpoint checkpoint = read_checkpoint("restore", candidate.path);
      return Found{std::move(candidate.path), std::move(checkpoint), std::move(passed_over)};
    } catch (const IoError& error) {
      passed_over.push_back({std::move(candidate.path), error.what()});
    }
  }
  if (!passed_over.empty()) fail_all_damaged(directory, passed_over);
  return std::nullopt;
}

}  // namespace

Saver::Saver(std::string directory, SaverOptions options)
    : directory_(std::move(directory)), options_(std::move(options)) {
  check_options(directory_, options_);
}

Saver& Saver::add_part(detail::Part part) {
  check<Error>(!part.name.empty() && part.name.find_first_of({".\0", 2}) == std::string::npos,
               "Saver.add: {} can't be the name of a part; use one without dots and NULs",
               shown(part.name));
  check<Error>(std::ranges::find(parts_, part.name, &detail::Part::name) == parts_.end(),
               "Saver.add: two parts are called \"{}\"; rename one", part.name);
  parts_.push_back(std::move(part));
  return *this;
}

Saver& Saver::add(std::string name, Generator& generator) {
  return add_part({std::move(name), [&generator] { return unnamed(generator.get_state()); },
                   [&generator](const StateDict& state) { generator.set_state(state[""]); },
                   detail::Refusal::never});
}

Saver& Saver::add(std::string name, std::int64_t& number) {
  return add_part(number_part(std::move(name), number));
}

Saver& Saver::add(std::string name, double& number) {
  return add_part(number_part(std::move(name), number));
}

Saver& Saver::add(std::string name, Tensor tensor) {
  check_defined("Saver.add", name, tensor);
  return add_part({std::move(name), [tensor] { return unnamed(tensor.detach()); },
                   [tensor](const StateDict& state) { load_tensor(tensor, state); },
                   detail::Refusal::unchanged});
}

std::string Saver::save(std::int64_t step) {
  const std::string operation = "save";
  check<Error>(step >= 0, "save: a negative step: {}", step);
  check<Error>(!parts_.empty(), "save: nothing to save: {}; call add() first", directory_);
  const std::string path = checkpoint_path(directory_, step);
  const MadeFolder made(operation, directory_);
  AtomicFile::remove_abandoned(directory_, checkpoint_temporary);
  AtomicFile file(operation, path, checkpoint_temporary, Links::replaced);
  write_checkpoint(file, operation, path, {step, join_parts(parts_), options_.metadata});
  file.sync();
  // From its name until the list has it, so that no other Saver takes it for an old one.
  const FolderLock lock(operation, directory_, patience(options_));
  file.commit();
  record_checkpoint(operation, directory_, step, {options_.max_to_keep, options_.keep_every});
  return path;
}

Restored Saver::restore(const std::string& path) {
  const Checkpoint checkpoint = read_checkpoint("restore", path);
  Restored restored = restored_from(path, checkpoint);
  if (options_.accept) options_.accept(restored);
  load_parts(parts_, checkpoint.state, path);
  return restored;
}

std::optional<Restored> Saver::restore_latest() {
  std::optional<Found> found = newest_intact(directory_, patience(options_));
  if (!found) return std::nullopt;
  Restored restored = restored_from(found->path, found->checkpoint);
  restored.passed_over = std::move(found->passed_over);
  if (options_.accept) options_.accept(restored);
  load_parts(parts_, found->checkpoint.state, found->path);
  return restored;
}

std::optional<std::string> latest_checkpoint(const std::string& directory,
                                             const LatestOptions& options) {
  check_path("latest_checkpoint", directory);
  check_patience("latest_checkpoint", options.lock_seconds);
  const FolderLock lock("latest_checkpoint", directory, {options.lock_seconds, options.on_wait});
  for (Candidate& candidate : newest_first("latest_checkpoint", directory)) {
    if (candidate.problem.empty()) return std::move(candidate.path);
  }
  return std::nullopt;
}

StateDict load_checkpoint_part(const std::string& path, const std::string& name) {
  const auto states = split_by_part(read_checkpoint("load_checkpoint_part", path).state);
  const auto found = states.find(name);
  check<IoError>(found != states.end(), "load_checkpoint_part: no part {} in the checkpoint: {}",
                 shown(name), path);
  return found->second;
}

}  // namespace tapegrad::io
