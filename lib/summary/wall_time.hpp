// The clock of the events.
#pragma once

#include <chrono>

namespace tapegrad::summary {

/// Seconds since 1970.
inline double wall_time_now() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration<double>(since).count();
}

}  // namespace tapegrad::summary
