#include "autograd/mode.hpp"

#include <utility>

#include "tapegrad/autograd.hpp"

namespace tapegrad {

constinit thread_local bool recording = true;

bool grad_enabled() { return recording; }

GradMode::GradMode(bool enabled) : before_(std::exchange(recording, enabled)) {}

GradMode::~GradMode() { recording = before_; }

}  // namespace tapegrad
