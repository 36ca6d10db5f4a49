// Whether a BLAS may be called. OpenBLAS maps a buffer for each thread that calls it, and one for
// each of its own when they start; where the system refuses, it asks again for ever. For a product
// that it shares between threads it takes a list from the heap, and ends the process without one.
#pragma once

#include <cstdint>

namespace tapegrad::kernels {

/// A buffer for this thread is mapped, and OpenBLAS's own threads have theirs or aren't used.
#if defined(__GNUC__)
[[gnu::tls_model("initial-exec")]]
#endif
extern constinit thread_local bool blas_buffers_mapped;

/// Sees to it. False where there is no memory for that: the next call tries again.
bool map_blas_buffers();

/// How many threads a product may have; as many as before where memory for more lacks.
void set_blas_threads(int count);

/// While one lives, OpenBLAS works in the threads that call it and in no other: LAPACK's results
/// depend on how many there are. A product that another thread computes meanwhile is
/// what it is in one thread: slower, and rounded so.
class AloneInBlas {
 public:
  AloneInBlas();
  AloneInBlas(const AloneInBlas&) = delete;
  AloneInBlas& operator=(const AloneInBlas&) = delete;
  ~AloneInBlas();

 private:
  int omp_before_ = 0;
};

/// There is room for the list of a product that is shared.
bool room_for_shared_product();

/// OpenBLAS shares a product from this many multiplications on, at the earliest.
inline constexpr std::int64_t shared_work = std::int64_t{1} << 18;

/// To be asked before each call of BLAS, with its number of multiplications.
inline bool blas_has_memory(std::int64_t work) {
  return (blas_buffers_mapped || map_blas_buffers()) &&
         (work < shared_work || room_for_shared_product());
}

}  // namespace tapegrad::kernels
