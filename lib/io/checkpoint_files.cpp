#include "io/checkpoint_files.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>
#include <system_error>

#include "core/check.hpp"
#include "io/checkpoint_name.hpp"

namespace tapegrad::io {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view missing = "it isn't there";

/// Empty for what doesn't exist.
std::string without_links(const std::string& path) {
  std::error_code error;
  const fs::path whole = fs::canonical(path, error);
  return error ? std::string() : whole.string();
}

}  // namespace

std::string problem_of(const std::string& path) {
  struct stat facts {};
  if (::stat(path.c_str(), &facts) != 0) {
    return errno == ENOENT ? std::string(missing) : std::strerror(errno);
  }
  if (S_ISREG(facts.st_mode)) return {};
  return S_ISDIR(facts.st_mode) ? "it is a folder" : "it is no regular file";
}

// The entries say themselves whether they are files, so that the system isn't asked about each.
CheckpointFiles::CheckpointFiles(std::string_view operation, const std::string& folder)
    : folder_(folder), whole_folder_(without_links(folder)) {
  std::error_code error;
  fs::directory_iterator entry(folder, error);
  if (error == std::errc::no_such_file_or_directory) return;
  check<IoError>(error != std::errc::not_a_directory, "{}: not a folder: {}", operation, folder);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    const std::optional<std::int64_t> step = step_in_name(entry->path().filename().native());
    if (!step) continue;
    std::error_code unknown;
    const bool link = entry->is_symlink(unknown);
    is_plain_.emplace(*step, !link && entry->is_regular_file(unknown));
    steps_.push_back(*step);
  }
  check<IoError>(!error, "{}: cannot look into the folder: {}: {}", operation, folder,
                 error.message());
  std::sort(steps_.begin(), steps_.end());
}

std::string CheckpointFiles::problem_of_step(std::int64_t step) const {
  const auto found = is_plain_.find(step);
  if (found == is_plain_.end()) return std::string(missing);
  if (found->second) return {};
  return problem_below((fs::path(folder_) / checkpoint_name(step)).string());
}

std::string CheckpointFiles::problem_below(const std::string& path) const {
  std::string problem = problem_of(path);
  if (!problem.empty()) return problem;
  const std::string whole = without_links(path);
  const std::string inside = whole_folder_.ends_with('/') ? whole_folder_ : whole_folder_ + '/';
  return whole.starts_with(inside) ? std::string() : "a symbolic link leads out of the folder";
}

}  // namespace tapegrad::io
