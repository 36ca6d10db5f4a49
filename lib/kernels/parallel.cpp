// The threads behind parallel_for(): one team for the process, which works on one loop at a time.
#include "kernels/parallel.hpp"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>

#include "core/check.hpp"
#include "core/machine.hpp"
#include "kernels/blas_memory.hpp"
#include "tapegrad/threads.hpp"

// Known where the program uses OpenMP: its threads are enough of them.
extern "C" {
[[gnu::weak]] int omp_in_parallel();
}

namespace tapegrad {
namespace kernels {
namespace {

constexpr int most_threads = 1024;

int threads_at_first() {
  int asked = 0;
  if (const char* text = std::getenv("TAPEGRAD_NUM_THREADS")) {
    const char* end = text + std::strlen(text);
    const auto read = std::from_chars(text, end, asked);
    if (read.ec == std::errc() && read.ptr == end && asked >= 1 && asked <= most_threads) {
      return asked;
    }
  }
  return std::clamp(machine_limits().processors, 1, most_threads);
}

std::atomic<int>& threads_wanted() {
  static std::atomic<int> wanted = threads_at_first();
  return wanted;
}

/// Threads that come late to a loop find the door closed: nobody waits for one that sleeps.
class Door {
 public:
  void open() { state_.store(0, std::memory_order_release); }
  bool enter() {
    int inside = state_.load(std::memory_order_relaxed);
    while ((inside & closed) == 0) {
      if (state_.compare_exchange_weak(inside, inside + 1, std::memory_order_acquire)) return true;
    }
    return false;
  }
  void leave() {
    if (state_.fetch_sub(1, std::memory_order_acq_rel) == closed + 1) state_.notify_one();
  }
  /// Returns when nobody is inside any more.
  void close() {
    int inside = state_.fetch_or(closed, std::memory_order_acq_rel) | closed;
    while (inside != closed) {
      state_.wait(inside, std::memory_order_acquire);
      inside = state_.load(std::memory_order_acquire);
    }
  }

 private:
  static constexpr int closed = 1 << 30;
  std::atomic<int> state_{closed};
};

/// This thread works on a piece: loops within it are its own.
constinit thread_local bool within = false;

class Team {
 public:
  /// False if it works on something else.
  bool take() { return !busy_.test_and_set(std::memory_order_acquire); }
  void give_back() { busy_.clear(std::memory_order_release); }

  /// Between take() and give_back().
  void run(std::int64_t n, std::int64_t length, Piece f, int threads) {
    f_ = f;
    n_ = n;
    length_ = length;
    next_.store(0, std::memory_order_relaxed);
    error_ = nullptr;
    helpers_.store(threads - 1, std::memory_order_relaxed);
    hire(threads - 1);
    door_.open();
    call_.fetch_add(1, std::memory_order_release);
    call_.notify_all();
    work();
    door_.close();
    if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
  }

 private:
  void hire(int count) {
    sigset_t all, before;
    if (hired_ >= count) return;
    sigfillset(&all);
    // Signals are for the program's own threads.
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    try {
      while (hired_ < count) {
        std::thread([this, index = hired_] { serve(index); }).detach();
        ++hired_;
      }
    } catch (const std::system_error&) {  // as many as the system gives
    }
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }

  [[noreturn]] void serve(int index) {
    within = true;
    for (int seen = call_.load(std::memory_order_acquire) - 1;;) {
      wait_for_call(seen);
      seen = call_.load(std::memory_order_acquire);
      if (index >= helpers_.load(std::memory_order_relaxed) || !door_.enter()) continue;
      work();
      door_.leave();
    }
  }

  /// A loop is often followed by the next one at once: sleeping and waking takes longer.
  void wait_for_call(int seen) const {
    constexpr int glances = 2000;
    for (int i = 0; i < glances; ++i) {
      if (call_.load(std::memory_order_acquire) != seen) return;
#if defined(__x86_64__) || defined(__i386__)
      __builtin_ia32_pause();
#endif
    }
    call_.wait(seen, std::memory_order_acquire);
  }

  void work() noexcept {
    const bool before = std::exchange(within, true);
    while (true) {
      const std::int64_t begin = next_.fetch_add(1, std::memory_order_relaxed) * length_;
      if (begin >= n_) break;
      try {
        f_.call(f_.f, begin, std::min(n_, begin + length_));
      } catch (...) {
        const std::lock_guard lock(error_mutex_);
        if (!error_) error_ = std::current_exception();
      }
    }
    within = before;
  }

  std::atomic_flag busy_;
  int hired_ = 0;
  std::atomic<int> helpers_{0};
  /// Counts the loops; those who serve wait for a change.
  std::atomic<int> call_{0};
  Door door_;

  Piece f_{};
  std::int64_t n_ = 0;
  std::int64_t length_ = 1;
  std::atomic<std::int64_t> next_{0};
  std::mutex error_mutex_;
  std::exception_ptr error_;
};

/// Never destroyed, because its threads never end. A forked child has none of them: it gets
/// a team of its own.
std::atomic<Team*>& current_team() {
  static std::atomic<Team*> team = [] {
    ::pthread_atfork(nullptr, nullptr, [] {
      within = false;
      current_team().store(new Team, std::memory_order_relaxed);
    });
    return new Team;
  }();
  return team;
}

}  // namespace

void run_pieces(std::int64_t n, std::int64_t length, Piece f) {
  const std::int64_t pieces = (n - 1) / length + 1;
  const auto threads = static_cast<int>(
      std::min<std::int64_t>(pieces, threads_wanted().load(std::memory_order_relaxed)));
  const bool alone = threads == 1 || within || (omp_in_parallel && omp_in_parallel());
  Team* team = alone ? nullptr : current_team().load(std::memory_order_relaxed);
  if (!team || !team->take()) {
    for (std::int64_t begin = 0; begin < n; begin += length) {
      f.call(f.f, begin, std::min(n, begin + length));
    }
    return;
  }
  struct Taken {
    Team* team;
    ~Taken() { team->give_back(); }
  } const taken{team};
  team->run(n, length, f, threads);
}

}  // namespace kernels

int num_threads() { return kernels::threads_wanted().load(std::memory_order_relaxed); }

void set_num_threads(int count) {
  check<Error>(count >= 1 && count <= kernels::most_threads,
               "set_num_threads: {} threads; give 1 to {}", count, kernels::most_threads);
  kernels::threads_wanted().store(count, std::memory_order_relaxed);
  kernels::set_blas_threads(count);
}

}  // namespace tapegrad
