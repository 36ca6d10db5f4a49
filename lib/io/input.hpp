// The bytes of one file while it is read, and the errors about them. Formats are not known here.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "core/check.hpp"

namespace tapegrad::io {

struct Input {
  /// What was called: "load_npy".
  std::string operation;
  /// The file, as errors name it.
  std::string name;
  std::byte* data = nullptr;
  std::size_t size = 0;
  /// Keeps the bytes alive; tensors that look into them hold a copy.
  std::shared_ptr<void> owner = nullptr;

  std::string_view text(std::size_t offset, std::size_t length) const {
    return {reinterpret_cast<const char*>(data) + offset, length};
  }
  std::span<const std::byte> bytes() const { return {data, size}; }

  template <class... Args>
  [[noreturn]] void fail(std::size_t offset, fmt::format_string<Args...> message,
                         Args&&... args) const {
    fail_text(offset, fmt::format(message, std::forward<Args>(args)...));
  }

  template <class... Args>
  void check(bool condition, std::size_t offset, fmt::format_string<Args...> message,
             Args&&... args) const {
    if (!condition) [[unlikely]] {
      fail(offset, message, std::forward<Args>(args)...);
    }
  }

 private:
  [[noreturn]] void fail_text(std::size_t offset, std::string_view what) const;
};

/// The whole file, mapped privately: writing to it never reaches the file. A pipe is read to its
/// end instead. Throws IoError for anything else that isn't a regular file.
Input map_file(std::string operation, const std::string& path);

/// Text from a file as it may stand in a message: quoted, short, without control characters.
std::string shown(std::string_view text);

}  // namespace tapegrad::io
