// Ctrl-C as a question that a training loop asks, instead of the end of the program.
#pragma once

namespace samples {

/// While one lives, the first SIGINT or SIGTERM is only noted, so that a loop may end in good
/// order; a second one ends the program at once.
class Interruptible {
 public:
  Interruptible();
  Interruptible(const Interruptible&) = delete;
  Interruptible& operator=(const Interruptible&) = delete;
  ~Interruptible();
};

/// The signal that was noted; 0 for none.
int interrupted();

}  // namespace samples
