#include "io/checkpoint_folder.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <system_error>
#include <unordered_set>
#include <utility>

#include "core/check.hpp"
#include "io/atomic_file.hpp"
#include "io/checkpoint_files.hpp"
#include "io/checkpoint_name.hpp"
#include "io/checkpoint_state.hpp"

namespace tapegrad::io {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view state_name = "checkpoint";

std::string list_path(const std::string& folder) {
  return (fs::path(folder) / state_name).string();
}

struct Entry {
  std::string path;
  /// Nothing for a file that Saver didn't name.
  std::optional<std::int64_t> step = std::nullopt;
  /// As Candidate has it.
  std::string problem = {};
};

/// The state file, or why there is none to go by; neither where it doesn't exist.
struct List {
  std::optional<CheckpointState> state = std::nullopt;
  std::string problem = {};
};

List list_of(const std::string& path) {
  struct stat facts {};
  if (::lstat(path.c_str(), &facts) != 0 && errno == ENOENT) return {};
  List list{.problem = problem_of(path)};
  if (!list.problem.empty()) return list;
  std::ifstream file(path, std::ios::binary);
  if (!file) return {.problem = std::strerror(errno)};
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  if (file) list.state = parse_checkpoint_state(text);
  if (!list.state) list.problem = "it breaks off, or isn't a list of checkpoints";
  return list;
}

/// What a path of the state file means.
Entry listed_as(const std::string& folder, const std::string& path) {
  if (const auto step = step_in_name(path)) return {checkpoint_path(folder, *step), step};
  if (path.find('\0') != std::string::npos) {
    std::string shown = path;
    std::ranges::replace(shown, '\0', '?');
    return {shown, std::nullopt, "its path has a NUL"};
  }
  const fs::path inner = fs::path(path).lexically_normal();
  const fs::path whole = (fs::path(folder) / path).lexically_normal();
  const fs::path own = (fs::path(folder) / whole.filename()).lexically_normal();
  const std::optional<std::int64_t> step = step_in_name(whole.filename().string());
  if (step && whole == own) return {checkpoint_path(folder, *step), step};
  const bool leaves = inner.is_absolute() || *inner.begin() == "..";
  return {whole.string(), std::nullopt, leaves ? "its path leaves the folder" : ""};
}

/// The entries of the state file in its order; of those that are named twice the last.
std::vector<Entry> listed(const std::string& folder, const CheckpointState& state) {
  std::vector<Entry> entries;
  std::unordered_set<std::string> paths;
  const auto add = [&](const std::string& path) {
    Entry entry = listed_as(folder, path);
    if (paths.insert(entry.path).second) entries.push_back(std::move(entry));
  };
  add(state.newest);
  std::for_each(state.all.rbegin(), state.all.rend(), add);
  std::ranges::reverse(entries);
  return entries;
}

/// Whether a checkpoint came into the folder after the state file, as when a crash came between.
bool is_newer(const std::string& path, const fs::path& state) {
  std::error_code error;
  const fs::file_time_type own = fs::last_write_time(path, error);
  const fs::file_time_type others = fs::last_write_time(state, error);
  return !error && own >= others;
}

/// The problem of a state file that can't be read is the last entry.
std::vector<Entry> entries_in(std::string_view operation, const std::string& folder) {
  const std::string path_of_list = list_path(folder);
  const List list = list_of(path_of_list);
  std::vector<Entry> known;
  if (list.state) known = listed(folder, *list.state);
  std::unordered_set<std::int64_t> steps;
  for (const Entry& entry : known) steps.insert(entry.step.value_or(-1));
  const CheckpointFiles files(operation, folder);
  std::vector<Entry> all;
  std::vector<Entry> newer;
  for (const std::int64_t step : files.steps()) {
    if (steps.contains(step)) continue;
    const std::string path = checkpoint_path(folder, step);
    const bool late = list.state && is_newer(path, path_of_list);
    (late ? newer : all).push_back({path, step});
  }
  std::ranges::move(known, std::back_inserter(all));
  std::ranges::move(newer, std::back_inserter(all));
  for (Entry& entry : all) {
    if (!entry.problem.empty()) continue;
    entry.problem =
        entry.step ? files.problem_of_step(*entry.step) : files.problem_below(entry.path);
  }
  if (!list.problem.empty()) all.push_back({path_of_list, std::nullopt, list.problem});
  return all;
}

/// A list that can't be written must not make the checkpoint look lost.
void check_list_has_place(std::string_view operation, const std::string& folder,
                          const std::string& saved) {
  const std::string path = list_path(folder);
  struct stat facts {};
  const bool in_the_way =
      ::lstat(path.c_str(), &facts) == 0 && !S_ISREG(facts.st_mode) && !S_ISLNK(facts.st_mode);
  check<IoError>(!in_the_way,
                 "{}: {} is saved, but it can't be listed, because {} where the list belongs: {}; "
                 "move that away",
                 operation, saved, S_ISDIR(facts.st_mode) ? "a folder is" : "no regular file is",
                 path);
}

void write_state(std::string_view operation, const std::string& folder,
                 const std::vector<Entry>& list) {
  check_list_has_place(operation, folder, list.back().path);
  CheckpointState state{.newest = checkpoint_name(*list.back().step), .all = {}};
  for (const Entry& entry : list) state.all.push_back(checkpoint_name(*entry.step));
  AtomicFile file(std::string(operation), list_path(folder), checkpoint_temporary, Links::replaced);
  file.write(print_checkpoint_state(state));
  file.commit();
}

}  // namespace

std::string checkpoint_path(const std::string& folder, std::int64_t step) {
  return (fs::path(folder) / checkpoint_name(step)).string();
}

std::vector<Candidate> checkpoints_in(std::string_view operation, const std::string& folder) {
  std::vector<Candidate> candidates;
  for (Entry& entry : entries_in(operation, folder)) {
    candidates.push_back({std::move(entry.path), std::move(entry.problem)});
  }
  return candidates;
}

void record_checkpoint(std::string_view operation, const std::string& folder, std::int64_t step,
                       const Retention& retention) {
  std::vector<Entry> list = entries_in(operation, folder);
  // What has another name is the user's: neither counted nor removed. This one goes to the end.
  std::erase_if(list, [&](const Entry& entry) {
    return !entry.step || !entry.problem.empty() || entry.step == step;
  });
  list.push_back({checkpoint_path(folder, step), step});
  std::vector<Entry> kept;
  std::vector<std::string> removed;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const auto newer = static_cast<std::int64_t>(list.size() - 1 - i);
    const bool newest = retention.max_to_keep == 0 || newer < retention.max_to_keep;
    const bool multiple = retention.keep_every > 0 && *list[i].step % retention.keep_every == 0;
    if (newest || multiple) {
      kept.push_back(std::move(list[i]));
    } else {
      removed.push_back(std::move(list[i].path));
    }
  }
  write_state(operation, folder, kept);
  // What can't be removed now stays in the folder and is tried again by the next save.
  for (const std::string& path : removed) ::unlink(path.c_str());
}

}  // namespace tapegrad::io
