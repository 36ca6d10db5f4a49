#include "tapegrad/train/interrupt.hpp"

#include <array>
#include <csignal>

namespace tapegrad::train {
namespace {

volatile std::sig_atomic_t noted = 0;

void note(int signal) { noted = signal; }

constexpr std::array signals{SIGINT, SIGTERM, SIGHUP};

}  // namespace

struct Interruptible::Before {
  std::array<struct sigaction, signals.size()> actions{};
};

// SA_RESETHAND: whoever can't wait presses twice. SA_RESTART: no write is cut short.
Interruptible::Interruptible() : before_(std::make_unique<Before>()) {
  struct sigaction action {};
  action.sa_handler = note;
  action.sa_flags = SA_RESETHAND | SA_RESTART;
  for (std::size_t i = 0; i < signals.size(); ++i) {
    ::sigaction(signals[i], nullptr, &before_->actions[i]);
    if (before_->actions[i].sa_handler != SIG_IGN) ::sigaction(signals[i], &action, nullptr);
  }
}

Interruptible::~Interruptible() {
  for (std::size_t i = 0; i < signals.size(); ++i) {
    ::sigaction(signals[i], &before_->actions[i], nullptr);
  }
}

int interrupted() { return noted; }

void forget_interruption() { noted = 0; }

}  // namespace tapegrad::train
