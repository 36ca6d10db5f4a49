// Whether this thread records, and whether a trace lists its operations. Read on the path of every
// operation.
#pragma once

#include <cstdint>
#include <utility>

namespace tapegrad {

/// Two bits: what is tracked goes on the tape; somebody, a trace or anomaly mode, is told of all
/// that runs.
enum class Mode : std::uint8_t { silent = 0, record = 1, trace = 2, trace_and_record = 3 };

#if defined(__GNUC__)
[[gnu::tls_model("initial-exec")]]
#endif
extern constinit thread_local Mode mode;

/// Whether somebody is told, whatever is recorded; gives what was before.
bool set_watched(bool on);

/// Elsewhere the mode is asked for by these three alone.
inline bool has(Mode which) {
  return (static_cast<std::uint8_t>(mode) & static_cast<std::uint8_t>(which)) != 0;
}
inline bool recording() { return has(Mode::record); }
inline bool is_traced() { return has(Mode::trace); }
inline bool is_silent() { return mode == Mode::silent; }

/// Another mode of this thread until the end of the scope.
class ModeGuard {
 public:
  explicit ModeGuard(Mode now) : before_(std::exchange(mode, now)) {}
  ModeGuard(const ModeGuard&) = delete;
  ModeGuard& operator=(const ModeGuard&) = delete;
  ~ModeGuard() { mode = before_; }

 private:
  Mode before_;
};

/// Runs without recording or listing, so that a forward may be written with tensor operations.
template <class F>
auto unrecorded(F&& f) {
  const ModeGuard guard(Mode::silent);
  return f();
}

/// Records as before, but is not listed in a trace: what is inside one entry of it.
template <class F>
auto unlisted(F&& f) {
  const ModeGuard guard(recording() ? Mode::record : Mode::silent);
  return f();
}

}  // namespace tapegrad
