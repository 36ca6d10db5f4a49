#include "autograd/mode.hpp"

#include "tapegrad/autograd.hpp"

namespace tapegrad {
namespace {

/// A trace goes on, whether or not it is recorded what it lists.
bool set_recording(bool on) {
  const bool before = recording();
  const auto trace = static_cast<std::uint8_t>(mode) & static_cast<std::uint8_t>(Mode::trace);
  mode = static_cast<Mode>(trace | static_cast<int>(on));
  return before;
}

}  // namespace

bool set_watched(bool on) {
  const bool before = is_traced();
  const auto record = static_cast<std::uint8_t>(mode) & static_cast<std::uint8_t>(Mode::record);
  mode = static_cast<Mode>(record | (on ? static_cast<std::uint8_t>(Mode::trace) : 0));
  return before;
}

constinit thread_local Mode mode = Mode::record;

bool grad_enabled() { return recording(); }

GradMode::GradMode(bool enabled) : before_(set_recording(enabled)) {}

GradMode::~GradMode() { set_recording(before_); }

}  // namespace tapegrad
