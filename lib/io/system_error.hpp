// Errors that the operating system gives a reason for.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "core/check.hpp"

namespace tapegrad::io {

/// The disk, or what is allowed of it, is used up, or it failed: the same call may succeed later.
struct MayPass : IoError {
  using IoError::IoError;
};

[[noreturn]] void fail_for(int reason, const std::string& message);

/// Throws IoError, MayPass where it is one, of the message and, behind a colon, what `reason`
/// means, a value of errno.
template <class... Args>
[[noreturn]] void fail_of_system(int reason, fmt::format_string<Args...> message, Args&&... args) {
  fail_for(reason, fmt::format(message, std::forward<Args>(args)...));
}

}  // namespace tapegrad::io
