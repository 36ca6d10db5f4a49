#include "kernels/blas_memory.hpp"

#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "core/thread_end.hpp"
#include "kernels/openblas.hpp"
#include "tapegrad/memory.hpp"
#include "tapegrad/threads.hpp"

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
  std::size_t callers = 0;           // threads of ours that may be within BLAS at once
  std::vector<void*> known;          // buffers that are mapped; OpenBLAS never unmaps one
  std::atomic<bool> opened = false;  // OpenBLAS's functions are known
  bool asked = false;                // set_num_threads() came before that
  bool served = false;               // OpenBLAS\'s own threads had their buffers when it was opened
  bool alone = false;                // OpenBLAS's own threads lack theirs
  int started = 0;                   // the most threads that OpenBLAS had: they keep their buffers
  int single = 0;                    // how many AloneInBlas there are
  int threads_after = 1;             // what OpenBLAS has when the last of them goes
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

/// Maps buffers one after the other, as OpenBLAS does, each with so many bytes more, and lets them
/// go.
bool fit(std::size_t count, std::size_t more = 0) {
  void* rest = map(besides);
  if (rest == MAP_FAILED) return false;
  std::array<void*, most_buffers> places{};
  std::size_t made = 0;
  for (; made < std::min(count, most_buffers); ++made) {
    places[made] = map(buffer_bytes + more);
    if (places[made] == MAP_FAILED) break;
  }
  for (std::size_t i = 0; i < made; ++i) ::munmap(places[i], buffer_bytes + more);
  ::munmap(rest, besides);
  return made == std::min(count, most_buffers);
}

/// Tries again without what the cache keeps, if that is enough to matter.
bool fit_at_last(std::size_t count, std::size_t more = 0) {
  if (fit(count, more)) return true;
  if (memory_stats().cached < buffer_bytes) return false;
  empty_cache();
  return fit(count, more);
}

/// What a new thread's stack takes.
std::size_t stack_bytes() {
  pthread_attr_t usual;
  std::size_t bytes = 0;
  if (::pthread_getattr_default_np(&usual) != 0) return 0;
  ::pthread_attr_getstacksize(&usual, &bytes);
  ::pthread_attr_destroy(&usual);
  return bytes;
}

/// While it lives, this thread may use no other processor than the one that it is on.
class OneProcessor {
 public:
  OneProcessor() {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(std::max(0, ::sched_getcpu()), &one);
    set_ = ::sched_getaffinity(0, sizeof before_, &before_) == 0 &&
           ::sched_setaffinity(0, sizeof one, &one) == 0;
  }
  OneProcessor(const OneProcessor&) = delete;
  OneProcessor& operator=(const OneProcessor&) = delete;
  ~OneProcessor() {
    if (set_) ::sched_setaffinity(0, sizeof before_, &before_);
  }

 private:
  cpu_set_t before_;
  bool set_;
};

/// Returns when each of OpenBLAS's threads has worked: it has its buffer then.
void call_workers() {
  if (!openblas.axpy || !openblas.threads || openblas.threads() == 1) return;
  // OpenBLAS shares vectors of more than 10,000 elements between all threads.
  static constinit std::array<float, 1 << 14> zeros{};
  openblas.axpy(static_cast<blasint>(zeros.size()), 1, zeros.data(), 1, zeros.data(), 1);
}

/// OpenBLAS starts a thread for each processor as soon as it is opened, and each asks for its
/// buffer for ever. Where there is no room for all, it is shown one processor, and starts none.
/// False where there is no room at all.
bool open_where_it_fits(Buffers& all) {
  if (!fit_at_last(1)) return false;
  const bool room = fit_at_last(std::thread::hardware_concurrency(), stack_bytes());
  std::optional<OneProcessor> alone;
  if (!room) alone.emplace();
  // Without the mutex: the loader has a lock, and who holds that may be within the initialization
  // of a static variable that multiplies.
  void* library = open_openblas();
  const std::lock_guard lock(all.mutex);
  if (all.opened) return true;
  openblas = functions_of(library);
  if (room) call_workers();
  all.served = room;
  all.opened = true;
  return true;
}

/// OpenBLAS's present number of threads. The mutex is held.
int count_threads(Buffers& all) {
  const int now = openblas.threads();
  all.started = std::max(all.started, now);
  return now;
}

/// Those that OpenBLAS starts ask for buffers at once. The mutex is held.
void change_threads(Buffers& all, int count) {
  count_threads(all);
  const int more = count - all.started;
  if (all.alone || (more > 0 && !fit_at_last(static_cast<std::size_t>(more)))) return;
  openblas.set_threads(count);
  if (more > 0) call_workers();
}

/// OpenBLAS's threads ask for their buffers since they were started, whether they are needed or
/// not. Where all can have one, they have it. Otherwise some may ask for ever: products are no
/// longer shared with them, and what fits after a while is nothing that they wait for.
bool settle_workers(Buffers& all) {
  // By itself it counts the processors that there are, also where the process has but a share of
  // them.
  if (all.asked || std::getenv("TAPEGRAD_NUM_THREADS") || num_threads() < openblas.threads()) {
    change_threads(all, num_threads());
  }
  const int threads = openblas.threads();
  if (threads == 1 || all.served || fit_at_last(static_cast<std::size_t>(threads))) return true;
  if (!fit(1)) return false;
  std::this_thread::sleep_for(std::chrono::milliseconds(5));
  if (!fit(1)) return false;
  openblas.set_threads(1);
  all.alone = true;
  return true;
}

/// OpenBLAS gives a buffer that nobody uses, and maps one only when there is none: it is asked
/// until it has given enough that weren't known.
void map_until(std::size_t count, std::vector<void*>& known) {
  std::vector<void*> held;
  held.reserve(count + known.size());
  while (known.size() < count) {
    void* buffer = openblas.take_buffer(0);
    held.push_back(buffer);
    if (std::ranges::find(known, buffer) == known.end()) known.push_back(buffer);
  }
  for (void* buffer : held) openblas.give_buffer(buffer);
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
  Buffers& all = buffers();
  if (!all.opened && !open_where_it_fits(all)) return false;
  if (openblas.has_buffers()) {
    const std::lock_guard lock(all.mutex);
    if (!map_one_more(all)) return false;
    ++all.callers;
    at_thread_end<leave>();
  }
  blas_buffers_mapped = true;
  return true;
}

void set_blas_threads(int count) {
  Buffers& all = buffers();
  const std::lock_guard lock(all.mutex);
  if (!all.opened) {
    all.asked = true;
  } else if (all.single > 0) {
    all.threads_after = count;
  } else if (openblas.has_threads()) {
    change_threads(all, count);
  }
}

AloneInBlas::AloneInBlas() {
  if (openblas.omp_threads && openblas.set_omp_threads) {
    omp_before_ = openblas.omp_threads();
    openblas.set_omp_threads(1);
  }
  if (!openblas.has_threads()) return;
  Buffers& all = buffers();
  const std::lock_guard lock(all.mutex);
  if (all.single++ > 0) return;
  all.threads_after = count_threads(all);
  openblas.set_threads(1);
}

AloneInBlas::~AloneInBlas() {
  if (openblas.has_threads()) {
    Buffers& all = buffers();
    const std::lock_guard lock(all.mutex);
    if (--all.single == 0) change_threads(all, all.threads_after);
  }
  if (omp_before_ > 0) openblas.set_omp_threads(omp_before_);
}

bool room_for_shared_product() {
  if (!openblas.threads || openblas.threads() == 1) return true;
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
