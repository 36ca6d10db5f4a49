#include "program.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <stdexcept>
#include <tapegrad/train/interrupt.hpp>

namespace samples {
namespace {

constexpr auto between_draws = std::chrono::milliseconds(250);

void flush_output() {
  errno = 0;
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    throw std::runtime_error(
        fmt::format("cannot write to standard output: {}", std::strerror(errno)));
  }
}

}  // namespace

int run(const std::string& program, Flags& flags, int argc, const char* const* argv,
        const std::function<void()>& work) {
  try {
    const bool wanted = flags.parse(argc, argv);
    if (wanted) work();
    flush_output();
    if (!wanted) return flags.status();
    const int signal = tapegrad::train::interrupted();
    return signal == 0 ? 0 : 128 + signal;
  } catch (const std::exception& error) {
    std::fflush(stdout);
    fmt::print(stderr, "{}: {}\n", program, error.what());
    return 1;
  }
}

Progress::Progress(std::int64_t steps)
    : steps_(steps), terminal_(isatty(STDOUT_FILENO) != 0), next_(Clock::now() + between_draws) {}

bool Progress::due() {
  if (!terminal_ || Clock::now() < next_) return false;
  next_ = Clock::now() + between_draws;
  return true;
}

void Progress::draw(std::int64_t step, double loss) {
  fmt::print("\r\x1b[Kstep {} of {}, loss {:.6g}", step, steps_, loss);
  std::fflush(stdout);
  drawn_ = true;
}

void Progress::wipe() {
  if (!drawn_) return;
  fmt::print("\r\x1b[K");
  std::fflush(stdout);
  drawn_ = false;
}

}  // namespace samples
