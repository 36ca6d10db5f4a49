// Ctrl-C as a question that a training loop asks, instead of the end of the program.
#pragma once

#include <array>
#include <csignal>

namespace samples {

/// While one lives, the first SIGINT, SIGTERM or SIGHUP is only noted, so that a loop may end in
/// good order; a second one ends the program at once. Signals that are ignored stay ignored, as for
/// a program in the background of a script. Only one at a time.
class Interruptible {
 public:
  Interruptible();
  Interruptible(const Interruptible&) = delete;
  Interruptible& operator=(const Interruptible&) = delete;
  ~Interruptible();

 private:
  static constexpr std::array<int, 3> signals_{SIGINT, SIGTERM, SIGHUP};
  std::array<struct sigaction, 3> before_{};
};

/// The signal that was noted; 0 for none.
int interrupted();

}  // namespace samples
