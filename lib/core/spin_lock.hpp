// A lock of one byte for what is held briefly and hardly ever by two threads at a time: a few
// nanoseconds where nobody else wants it.
#pragma once

#include <atomic>
#include <thread>

namespace tapegrad {

class SpinLock {
 public:
  void lock() noexcept {
    while (locked_.exchange(true, std::memory_order_acquire)) std::this_thread::yield();
  }
  void unlock() noexcept { locked_.store(false, std::memory_order_release); }

 private:
  std::atomic<bool> locked_ = false;
};

}  // namespace tapegrad
