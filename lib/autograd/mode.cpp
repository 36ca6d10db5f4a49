#include "autograd/mode.hpp"

#include "tapegrad/autograd.hpp"

namespace tapegrad {
namespace {

/// A trace or a capture goes on, whether or not what it lists is recorded.
bool set_recording(bool on) {
  const bool before = recording();
  mode = (mode & (Mode::trace | Mode::capture)) | (on ? Mode::record : Mode::silent);
  return before;
}

}  // namespace

bool set_watched(bool on) {
  const bool before = is_traced();
  mode = (mode & (Mode::record | Mode::capture)) | (on ? Mode::trace : Mode::silent);
  return before;
}

constinit thread_local Mode mode = Mode::record;

bool grad_enabled() { return recording(); }

GradMode::GradMode(bool enabled) : before_(set_recording(enabled)) {}

GradMode::~GradMode() { set_recording(before_); }

}  // namespace tapegrad
