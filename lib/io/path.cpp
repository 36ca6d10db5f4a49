#include "io/path.hpp"

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

}  // namespace tapegrad::io
