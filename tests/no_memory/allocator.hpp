// Memory that ends when a test wants it to: this program has its own operator new.
#pragma once

#include <cstdint>

#include "tapegrad/error.hpp"
#include "tapegrad/memory.hpp"

namespace tapegrad::test {

/// After `count` more allocations nobody in this program gets memory from operator new.
void end_memory_after(std::int64_t count);

/// There is memory again. Gives whether any was refused.
bool give_memory_again();

/// How far a call may come: it is made again and again, with memory that ends one allocation later
/// each time, until it returns; unchanged() is called after each time that it threw. Gives the
/// number of these times. Whatever it throws that isn't a MemoryError ends the test.
template <class Call, class Unchanged>
int with_ever_more_memory(const Call& call, const Unchanged& unchanged) {
  for (int count = 0;; ++count) {
    empty_cache();  // so that every block is asked for
    end_memory_after(count);
    try {
      call();
      give_memory_again();
      return count;
    } catch (const MemoryError&) {
      give_memory_again();
    } catch (...) {
      give_memory_again();
      throw;
    }
    unchanged();
  }
}

}  // namespace tapegrad::test
