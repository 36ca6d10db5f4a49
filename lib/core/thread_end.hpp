// What is done when a thread ends. Destructors of thread_local objects would do, but registering
// one takes memory, and where that lacks the C library ends the process.
#pragma once

#include <pthread.h>

namespace tapegrad {

/// Has f() called when this thread ends, after the destructors of its thread_local objects; for the
/// main thread of a program, which ends with the process, never. False where that can't be had.
template <void (*f)()>
bool at_thread_end() noexcept {
  struct Key {
    pthread_key_t id = 0;
    bool made = pthread_key_create(&id, [](void*) { f(); }) == 0;
    // The library may be unloaded before the thread ends.
    ~Key() {
      if (made) pthread_key_delete(id);
    }
  };
  static const Key key;
  return key.made && pthread_setspecific(key.id, &key) == 0;
}

}  // namespace tapegrad
