#include "tapegrad/train/interrupt.hpp"

#include <array>
#include <atomic>
#include <csignal>
#include <mutex>

namespace tapegrad::train {
namespace {

constexpr std::array signals{SIGINT, SIGTERM, SIGHUP};

// What a handler may touch, in any thread.
std::atomic<int> noted = 0;
std::array<std::atomic<bool>, signals.size()> ours{};
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<bool>::is_always_lock_free);

std::mutex mutex;
int users = 0;
std::array<struct sigaction, signals.size()> before{};

/// Whoever can't wait presses twice, or sends another.
void default_for_ours() {
  struct sigaction action {};
  action.sa_handler = SIG_DFL;
  for (std::size_t i = 0; i < signals.size(); ++i) {
    if (ours[i].exchange(false)) ::sigaction(signals[i], &action, nullptr);
  }
}

void note(int signal) {
  noted = signal;
  default_for_ours();
}

/// Nothing while a signal is noted, which may come in another thread meanwhile.
void listen() {
  struct sigaction action {};
  action.sa_handler = note;
  action.sa_flags = SA_RESTART;  // no write is cut short
  for (std::size_t i = 0; i < signals.size(); ++i) {
    if (noted != 0 || before[i].sa_handler == SIG_IGN) continue;
    ours[i] = true;
    ::sigaction(signals[i], &action, nullptr);
  }
  if (noted != 0) default_for_ours();
}

}  // namespace

Interruptible::Interruptible() {
  const std::lock_guard lock(mutex);
  if (users++ > 0) return;
  for (std::size_t i = 0; i < signals.size(); ++i) ::sigaction(signals[i], nullptr, &before[i]);
  listen();
}

Interruptible::~Interruptible() {
  const std::lock_guard lock(mutex);
  if (--users > 0) return;
  for (std::size_t i = 0; i < signals.size(); ++i) {
    ours[i] = false;
    ::sigaction(signals[i], &before[i], nullptr);
  }
}

int interrupted() { return noted; }

void forget_interruption() {
  const std::lock_guard lock(mutex);
  noted = 0;
  if (users > 0) listen();
}

}  // namespace tapegrad::train
