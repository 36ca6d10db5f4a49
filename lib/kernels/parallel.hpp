// Loops in several threads. How a loop is cut depends on its length alone, never on the number of
// threads, so that results don't either.
#pragma once

#include <cstdint>

namespace tapegrad::kernels {

/// Elements that are worth the waking of a thread: some 10 microseconds of the fastest loops. Only
/// tests change it, so that small tensors are cut too.
inline constinit std::int64_t grain = std::int64_t{1} << 15;

/// A function of a piece [begin, end) of a loop, whatever its type.
struct Piece {
  const void* f;
  void (*call)(const void* f, std::int64_t begin, std::int64_t end);
};

/// Calls f for all pieces of [0, n), of `length` each but the last, and returns when all are done.
/// What one throws, the first by chance, is thrown here after the others.
void run_pieces(std::int64_t n, std::int64_t length, Piece f);

template <class F>
void parallel_for(std::int64_t n, std::int64_t length, const F& f) {
  if (n > length) {
    run_pieces(n, length, {&f, [](const void* g, std::int64_t begin, std::int64_t end) {
                             (*static_cast<const F*>(g))(begin, end);
                           }});
  } else if (n > 0) {
    f(std::int64_t{0}, n);
  }
}

}  // namespace tapegrad::kernels
