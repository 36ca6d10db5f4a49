// What every sample does around its work: errors to standard error, a status for the shell,
// progress for somebody who watches.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include "flags.hpp"

namespace samples {

/// Parses the flags, then runs the work. What the work throws is printed to standard error and
/// becomes status 1, as does output that could not be written; a wrong flag becomes status 2, work
/// that Ctrl-C cut short 128 and the number of the signal.
int run(const std::string& program, Flags& flags, int argc, const char* const* argv,
        const std::function<void()>& work);

/// One line that counts the steps of long work, drawn over itself. Shown only where standard output
/// is a terminal, from a quarter of a second on, and wiped when the work is done.
class Progress {
 public:
  explicit Progress(std::int64_t steps);
  ~Progress() { wipe(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// True when it is time to draw: the loss need not be read from the tensor otherwise.
  bool due();
  void draw(std::int64_t step, double loss);
  void wipe();

 private:
  using Clock = std::chrono::steady_clock;
  std::int64_t steps_;
  bool terminal_;
  bool drawn_ = false;
  Clock::time_point next_;
};

}  // namespace samples
