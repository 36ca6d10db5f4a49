// Ctrl-C as a question that a training loop asks, instead of the end of the program.
#pragma once

namespace [[gnu::visibility("default")]] tapegrad {
namespace train {

/// While one lives, the first SIGINT, SIGTERM or SIGHUP is only noted, so that a loop may end in
/// good order; a second one, of any of the three, ends the program at once. Signals that are
/// ignored stay ignored, as for a program in the background of a script. Several may live at once,
/// within each other and in several threads: the first listens, and the last stops that.
class Interruptible {
 public:
  Interruptible();
  Interruptible(const Interruptible&) = delete;
  Interruptible& operator=(const Interruptible&) = delete;
  /// With the last of them what the signals did before is back.
  ~Interruptible();
};

/// The signal that was noted; 0 for none. It stays noted, for all loops of the program, and for its
/// status: 128 and the number of the signal, as shells have it.
int interrupted();
/// As if none had come: the next one is noted again.
void forget_interruption();

}  // namespace train
}  // namespace tapegrad
