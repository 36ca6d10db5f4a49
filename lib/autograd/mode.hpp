// Whether this thread records, and whether somebody is told of its operations: a trace, or a
// program that is being captured. Read on the path of every operation.
#pragma once

#include <cstdint>
#include <utility>

namespace tapegrad {

/// Three bits: what is tracked goes on the tape; somebody, a trace or anomaly mode, is told of all
/// that runs; nothing runs, but becomes a step of a program.
enum class Mode : std::uint8_t { silent = 0, record = 1, trace = 2, capture = 4 };

constexpr Mode operator|(Mode a, Mode b) {
  return static_cast<Mode>(static_cast<std::uint8_t>(a) | static_cast<std::uint8_t>(b));
}
constexpr Mode operator&(Mode a, Mode b) {
  return static_cast<Mode>(static_cast<std::uint8_t>(a) & static_cast<std::uint8_t>(b));
}

#if defined(__GNUC__)
[[gnu::tls_model("initial-exec")]]
#endif
extern constinit thread_local Mode mode;

/// Whether somebody is told, whatever is recorded; gives what was before.
bool set_watched(bool on);

/// Elsewhere the mode is asked for by these alone.
inline bool has(Mode which) { return (mode & which) != Mode::silent; }
inline bool recording() { return has(Mode::record); }
inline bool is_traced() { return has(Mode::trace); }
inline bool is_captured() { return has(Mode::capture); }
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

/// Runs without recording or listing, so that a forward may be written with tensor operations. What
/// is captured stays so.
template <class F>
auto unrecorded(F&& f) {
  const ModeGuard guard(mode & Mode::capture);
  return f();
}

/// Records as before, but is not listed in a trace: what is inside one entry of it.
template <class F>
auto unlisted(F&& f) {
  const ModeGuard guard(mode & (Mode::record | Mode::capture));
  return f();
}

}  // namespace tapegrad
