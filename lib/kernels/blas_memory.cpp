#include "kernels/blas_memory.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <vector>

#include "core/thread_end.hpp"
#include "tapegrad/memory.hpp"
#include "tapegrad/threads.hpp"

// OpenBLAS exports these in all versions from 0.2 to 0.3.29; a BLAS without them has no such
// buffers to care for.
extern "C" {
[[gnu::weak]] int openblas_get_num_threads();
[[gnu::weak]] void openblas_set_num_threads(int);
[[gnu::weak]] void* blas_memory_alloc(int);
[[gnu::weak]] void blas_memory_free(void*);
// Where OpenBLAS is the variant on OpenMP, each thread has its own number.
[[gnu::weak]] int omp_get_max_threads();
[[gnu::weak]] void omp_set_num_threads(int);
}

namespace tapegrad::kernels {

constinit thread_local bool blas_buffers_mapped = false;

namespace {

// What OpenBLAS 0.3 maps on x86-64 for each thread, 32 << 22. Address space: hardly any of it is
// ever touched.
constexpr std::size_t buffer_bytes = std::size_t{1} << 27;

// What must be free besides, so that others may map something between the look and the call: glibc
// reserves 64 MiB for each thread that begins to allocate, for a moment 128 MiB. In that moment
// OpenBLAS asks again and finds it; what stays taken must leave it a buffer.
constexpr std::size_t besides = std::size_t{512} << 20;

// A list has 8 KiB for each of the threads that OpenBLAS was built for: 64 in Debian's.
constexpr std::size_t list_bytes = std::size_t{1} << 20;

// OpenBLAS has room for some more than this many before it warns on standard error.
constexpr std::size_t most_buffers = 64;

struct Buffers {
  std::mutex mutex;
  std::size_t callers = 0;   // threads of ours that may be within BLAS at once
  std::vector<void*> known;  // buffers that are mapped; OpenBLAS never unmaps one
  bool alone = false;        // OpenBLAS's own threads lack theirs
  int started = 0;           // the most threads that OpenBLAS had: they keep their buffers
  int single = 0;            // how many AloneInBlas there are
  int threads_after = 1;     // what OpenBLAS has when the last of them goes
};

/// Never destroyed: threads may outlive static variables.
Buffers& buffers() {
  static auto* instance = new Buffers;
  return *instance;
}

/// A thread that ends needs no buffer any more; its buffer serves the next one.
void leave() {
  const std::lock_guard lock(buffers().mutex);
  --buffers().callers;
}

void* map(std::size_t bytes) {
  return ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

/// Maps one after the other, as OpenBLAS does, and lets them go.
bool fit(std::size_t count) {
  void* rest = map(besides);
  if (rest == MAP_FAILED) return false;
  std::array<void*, most_buffers> places{};
  std::size_t made = 0;
  for (; made < std::min(count, most_buffers); ++made) {
    places[made] = map(buffer_bytes);
    if (places[made] == MAP_FAILED) break;
  }
  for (std::size_t i = 0; i < made; ++i) ::munmap(places[i], buffer_bytes);
  ::munmap(rest, besides);
  return made == std::min(count, most_buffers);
}

/// Tries again without what the cache keeps, if that is enough to matter.
bool fit_at_last(std::size_t count) {
  if (fit(count)) return true;
  if (memory_stats().cached < buffer_bytes) return false;
  empty_cache();
  return fit(count);
}

/// OpenBLAS's present number of threads. The mutex is held.
int count_threads(Buffers& all) {
  const int now = openblas_get_num_threads();
  all.started = std::max(all.started, now);
  return now;
}

/// Those that OpenBLAS starts ask for buffers at once. The mutex is held.
void change_threads(Buffers& all, int count) {
  count_threads(all);
  const int more = count - all.started;
  if (all.alone || (more > 0 && !fit_at_last(static_cast<std::size_t>(more)))) return;
  openblas_set_num_threads(count);
}

/// OpenBLAS's threads ask for their buffers since they were started, whether they are needed or
/// not. Where all can have one, they have it. Otherwise some may ask for ever: products are no
/// longer shared with them, and what fits after a while is nothing that they wait for.
bool settle_workers(Buffers& all) {
  // By itself it counts the processors that there are, also where the process has but a share of
  // them.
  if (std::getenv("TAPEGRAD_NUM_THREADS") || num_threads() < openblas_get_num_threads()) {
    change_threads(all, num_threads());
  }
  const int threads = openblas_get_num_threads();
  if (threads == 1 || fit_at_last(static_cast<std::size_t>(threads))) return true;
  if (!fit(1)) return false;
  std::this_thread::sleep_for(std::chrono::milliseconds(5));
  if (!fit(1)) return false;
  openblas_set_num_threads(1);
  all.alone = true;
  return true;
}

/// OpenBLAS gives a buffer that nobody uses, and maps one only when there is none: it is asked
/// until it has given enough that weren't known.
void map_until(std::size_t count, std::vector<void*>& known) {
  std::vector<void*> held;
  held.reserve(count + known.size());
  while (known.size() < count) {
    void* buffer = blas_memory_alloc(0);
    held.push_back(buffer);
    if (std::ranges::find(known, buffer) == known.end()) known.push_back(buffer);
  }
  for (void* buffer : held) blas_memory_free(buffer);
}

bool map_one_more(Buffers& all) {
  const std::size_t wanted = std::min(all.callers + 1, most_buffers);
  if (wanted <= all.known.size()) return true;
  all.known.reserve(wanted);
  if (all.known.empty() && !settle_workers(all)) return false;
  if (!fit_at_last(wanted - all.known.size())) return false;
  map_until(wanted, all.known);
  return true;
}

}  // namespace

bool map_blas_buffers() {
  if (openblas_get_num_threads && openblas_set_num_threads && blas_memory_alloc &&
      blas_memory_free) {
    Buffers& all = buffers();
    const std::lock_guard lock(all.mutex);
    if (!map_one_more(all)) return false;
    ++all.callers;
    at_thread_end<leave>();
  }
  blas_buffers_mapped = true;
  return true;
}

void set_blas_threads(int count) {
  if (!openblas_get_num_threads || !openblas_set_num_threads) return;
  Buffers& all = buffers();
  const std::lock_guard lock(all.mutex);
  if (all.single > 0) {
    all.threads_after = count;
  } else {
    change_threads(all, count);
  }
}

AloneInBlas::AloneInBlas() {
  if (omp_get_max_threads && omp_set_num_threads) {
    omp_before_ = omp_get_max_threads();
    omp_set_num_threads(1);
  }
  if (!openblas_get_num_threads || !openblas_set_num_threads) return;
  Buffers& all = buffers();
  const std::lock_guard lock(all.mutex);
  if (all.single++ > 0) return;
  all.threads_after = count_threads(all);
  openblas_set_num_threads(1);
}

AloneInBlas::~AloneInBlas() {
  if (openblas_get_num_threads && openblas_set_num_threads) {
    Buffers& all = buffers();
    const std::lock_guard lock(all.mutex);
    if (--all.single == 0) change_threads(all, all.threads_after);
  }
  if (omp_before_ > 0) omp_set_num_threads(omp_before_);
}

bool room_for_shared_product() {
  if (!openblas_get_num_threads || openblas_get_num_threads() == 1) return true;
  // Taken and given back, so that OpenBLAS finds it where this thread allocates. Volatile, because
  // compilers know malloc() and would leave it out.
  void* volatile list = std::malloc(list_bytes);
  if (!list) {
    empty_cache();
    list = std::malloc(list_bytes);
  }
  const bool found = list != nullptr;
  std::free(list);
  return found;
}

}  // namespace tapegrad::kernels
