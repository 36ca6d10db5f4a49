#include "io/checkpoint_folder.hpp"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <system_error>
#include <utility>

#include "core/check.hpp"
#include "io/atomic_file.hpp"
#include "io/checkpoint_state.hpp"

namespace tapegrad::io {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view state_name = "checkpoint";
constexpr std::string_view prefix = "ckpt-";
constexpr std::string_view suffix = ".safetensors";

struct Listed {
  std::string path;
  /// Nothing for a file that Saver didn't name.
  std::optional<std::int64_t> step = std::nullopt;
};

std::string name_of(std::int64_t step) { return fmt::format("{}{}{}", prefix, step, suffix); }

/// The step in the name that Saver gives; nothing for other names.
std::optional<std::int64_t> step_in(std::string_view name) {
  if (!name.starts_with(prefix) || !name.ends_with(suffix)) return std::nullopt;
  const std::string_view digits =
      name.substr(prefix.size(), name.size() - prefix.size() - suffix.size());
  std::int64_t step = -1;
  std::from_chars(digits.data(), digits.data() + digits.size(), step);
  if (step < 0 || name_of(step) != name) return std::nullopt;
  return step;
}

[[noreturn]] void fail_to_look(std::string_view operation, const std::string& folder,
                               const std::error_code& error) {
  fail<IoError>("{}: cannot look into the folder: {}: {}", operation, folder, error.message());
}

/// The steps of the files that Saver named, ascending.
std::vector<std::int64_t> steps_in(std::string_view operation, const std::string& folder) {
  std::error_code error;
  std::vector<std::int64_t> steps;
  fs::directory_iterator entry(folder, error);
  if (error == std::errc::no_such_file_or_directory) return steps;
  check<IoError>(error != std::errc::not_a_directory, "{}: not a folder: {}", operation, folder);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    const std::optional<std::int64_t> step = step_in(entry->path().filename().string());
    std::error_code gone;
    if (step && entry->is_regular_file(gone)) steps.push_back(*step);
  }
  if (error) fail_to_look(operation, folder, error);
  std::sort(steps.begin(), steps.end());
  return steps;
}

std::optional<CheckpointState> state_of(const std::string& folder) {
  const fs::path path = fs::path(folder) / state_name;
  std::error_code error;
  if (!fs::is_regular_file(path, error)) return std::nullopt;
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  return file ? parse_checkpoint_state(text) : std::nullopt;
}

/// What a path of the state file means.
Listed resolved(const std::string& folder, const std::string& path) {
  const fs::path whole = (fs::path(folder) / path).lexically_normal();
  const fs::path own = (fs::path(folder) / whole.filename()).lexically_normal();
  const std::optional<std::int64_t> step = step_in(whole.filename().string());
  if (step && whole == own) return {checkpoint_path(folder, *step), step};
  return {whole.string()};
}

/// Puts an entry at the end, wherever it was before.
void move_to_end(std::vector<Listed>& list, Listed entry) {
  std::erase_if(list, [&](const Listed& other) { return other.path == entry.path; });
  list.push_back(std::move(entry));
}

/// Whether a checkpoint came into the folder after the state file, as when a crash came between.
bool is_newer(const std::string& path, const fs::path& state) {
  std::error_code error;
  const fs::file_time_type own = fs::last_write_time(path, error);
  const fs::file_time_type others = fs::last_write_time(state, error);
  return !error && own >= others;
}

std::vector<Listed> listed(std::string_view operation, const std::string& folder) {
  std::vector<Listed> list;
  const std::optional<CheckpointState> state = state_of(folder);
  if (state) {
    for (const std::string& path : state->all) move_to_end(list, resolved(folder, path));
    move_to_end(list, resolved(folder, state->newest));
  }
  std::erase_if(list, [](const Listed& entry) {
    std::error_code error;
    return !fs::is_regular_file(entry.path, error);
  });
  std::vector<Listed> older;
  std::vector<Listed> newer;
  for (const std::int64_t step : steps_in(operation, folder)) {
    if (std::ranges::find(list, step, &Listed::step) != list.end()) continue;
    const std::string path = checkpoint_path(folder, step);
    const bool late = state && is_newer(path, fs::path(folder) / state_name);
    (late ? newer : older).push_back({path, step});
  }
  list.insert(list.begin(), older.begin(), older.end());
  list.insert(list.end(), newer.begin(), newer.end());
  return list;
}

void write_state(std::string_view operation, const std::string& folder,
                 const std::vector<Listed>& list) {
  CheckpointState state{.newest = name_of(*list.back().step), .all = {}};
  for (const Listed& entry : list) state.all.push_back(name_of(*entry.step));
  AtomicFile file(std::string(operation), (fs::path(folder) / state_name).string(),
                  checkpoint_temporary);
  file.write(print_checkpoint_state(state));
  file.commit();
}

}  // namespace

std::string checkpoint_path(const std::string& folder, std::int64_t step) {
  return (fs::path(folder) / name_of(step)).string();
}

std::vector<std::string> checkpoints_in(std::string_view operation, const std::string& folder) {
  std::vector<std::string> paths;
  for (Listed& entry : listed(operation, folder)) paths.push_back(std::move(entry.path));
  return paths;
}

void record_checkpoint(std::string_view operation, const std::string& folder, std::int64_t step,
                       const Retention& retention) {
  std::vector<Listed> list = listed(operation, folder);
  // Files elsewhere are the user's: neither counted nor removed.
  std::erase_if(list, [](const Listed& entry) { return !entry.step; });
  move_to_end(list, {checkpoint_path(folder, step), step});
  std::vector<Listed> kept;
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
