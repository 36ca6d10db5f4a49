// What signals do while loops ask for them. Each case has a process of its own, which has to end as
// the signal would end it.
#include "tapegrad/train/interrupt.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <optional>

#include "support/catch.hpp"

using namespace tapegrad::train;

namespace {

/// The signal that ended the process that called `f`, or minus what it gave.
template <class F>
int end_of(F&& f) {
  const pid_t child = ::fork();
  if (child == 0) {
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) std::signal(signal, SIG_DFL);
    ::_exit(f());
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? WTERMSIG(status) : -WEXITSTATUS(status);
}

int raised(int signal) {
  std::raise(signal);
  return interrupted();
}

}  // namespace

TEST_CASE("a second signal of any kind ends the program", "[train][signal]") {
  for (const int first : {SIGINT, SIGTERM, SIGHUP}) {
    for (const int second : {SIGINT, SIGTERM, SIGHUP}) {
      INFO(first << ", then " << second);
      const int end = end_of([&] {
        const Interruptible signals;
        if (raised(first) != first) return 1;
        std::raise(second);
        return 2;
      });
      CHECK(end == second);
    }
  }
}

TEST_CASE("a loop within a loop leaves the second signal its effect", "[train][signal]") {
  CHECK(end_of([] {
          const Interruptible outer;
          {
            const Interruptible inner;
            raised(SIGINT);
          }
          std::raise(SIGINT);
          return 1;
        }) == SIGINT);
  // Neither does one that begins when a signal has come already.
  CHECK(end_of([] {
          const Interruptible outer;
          raised(SIGINT);
          const Interruptible inner;
          std::raise(SIGTERM);
          return 1;
        }) == SIGTERM);
  // The outer one still listens when the inner one is gone.
  CHECK(end_of([] {
          const Interruptible outer;
          { const Interruptible inner; }
          return raised(SIGTERM);
        }) == -SIGTERM);
}

TEST_CASE("loops that end in the order in which they began leave the signals as they were",
          "[train][signal]") {
  // As those of two threads do.
  const auto overlapping = [](auto&& between) {
    std::optional<Interruptible> one(std::in_place);
    std::optional<Interruptible> other(std::in_place);
    one.reset();
    between();
    other.reset();
  };
  CHECK(end_of([&] {
          overlapping([] {});
          std::raise(SIGINT);
          return 1;
        }) == SIGINT);
  CHECK(end_of([&] {
          overlapping([] { std::raise(SIGINT); });  // is noted
          return interrupted();
        }) == -SIGINT);
}

TEST_CASE("a signal that is forgotten may come again, an ignored one stays ignored",
          "[train][signal]") {
  CHECK(end_of([] {
          const Interruptible signals;
          raised(SIGINT);
          forget_interruption();
          return interrupted() == 0 ? raised(SIGINT) : 1;
        }) == -SIGINT);
  CHECK(end_of([] {
          std::signal(SIGHUP, SIG_IGN);
          const Interruptible signals;
          if (raised(SIGHUP) != 0) return 1;
          raised(SIGINT);
          std::raise(SIGHUP);
          return 7;
        }) == -7);
}
