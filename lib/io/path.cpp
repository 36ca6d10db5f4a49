#include "io/path.hpp"

#include <algorithm>

#include "io/input.hpp"

namespace tapegrad::io {

void check_path(std::string_view operation, std::string_view path) {
  check<IoError>(path.find('\0') == std::string_view::npos, "{}: a path with a NUL: {}", operation,
                 shown(path));
}

void check_name(std::string_view operation, std::string_view name, std::string_view target) {
  check<IoError>(name.find('\0') == std::string_view::npos, "{}: a name with a NUL, {}: {}",
                 operation, shown(name), target);
}

std::string_view problem_of_entry(std::string_view name) {
  if (name.empty() || name == ".npy") return "its name is empty";
  if (name.find('\0') != std::string_view::npos) return "its name has a NUL";
  if (name.find('\\') != std::string_view::npos) return "its name has a backslash";
  if (name.starts_with('/')) return "its name is an absolute path";
  while (!name.empty()) {
    const std::string_view part = name.substr(0, name.find('/'));
    if (part == "..") return "its name leads out of the folder";
    name.remove_prefix(std::min(part.size() + 1, name.size()));
  }
  return {};
}

}  // namespace tapegrad::io
