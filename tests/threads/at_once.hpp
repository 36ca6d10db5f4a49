// Several threads that begin together. Assertions are for the main thread: Catch2's aren't for
// several at a time.
#pragma once

#include <latch>
#include <thread>
#include <vector>

namespace tapegrad::test {

/// Calls f(0) ... f(count - 1), each in a thread of its own, and waits for all.
template <class F>
void at_once(int count, const F& f) {
  std::latch start(count);
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i) {
    threads.emplace_back([&, i] {
      start.arrive_and_wait();
      f(i);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace tapegrad::test
