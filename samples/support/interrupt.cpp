#include "interrupt.hpp"

#include <csignal>
#include <initializer_list>

namespace samples {
namespace {

volatile std::sig_atomic_t noted = 0;

void note(int signal) { noted = signal; }

void handle(void (*handler)(int), int flags) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = flags;
  for (const int signal : {SIGINT, SIGTERM}) ::sigaction(signal, &action, nullptr);
}

}  // namespace

// SA_RESETHAND: whoever can't wait presses twice. SA_RESTART: no write is cut short.
Interruptible::Interruptible() { handle(note, SA_RESETHAND | SA_RESTART); }

Interruptible::~Interruptible() { handle(SIG_DFL, 0); }

int interrupted() { return noted; }

}  // namespace samples
