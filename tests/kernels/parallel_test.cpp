#include "kernels/parallel.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "support/catch.hpp"
#include "support/cut.hpp"
#include "support/errors.hpp"
#include "tapegrad/threads.hpp"

namespace tapegrad::kernels {
namespace {

/// How often each index of [0, n) is met.
std::vector<int> visits(std::int64_t n, std::int64_t length) {
  std::vector<std::atomic<int>> met(static_cast<std::size_t>(n));
  parallel_for(n, length, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) ++met[static_cast<std::size_t>(i)];
  });
  return {met.begin(), met.end()};
}

bool all_once(const std::vector<int>& met) {
  return std::ranges::all_of(met, [](int count) { return count == 1; });
}

TEST_CASE("a parallel loop meets each index once", "[kernels][threads]") {
  for (const int count : {1, 2, 3, 7}) {
    const test::Cut threads(count);
    for (const std::int64_t n : {0, 1, 9, 10, 11, 999, 1000, 1001}) {
      INFO(count << " threads, " << n << " indices");
      CHECK(all_once(visits(n, 10)));
    }
  }
}

TEST_CASE("the pieces of a loop depend on its length alone", "[kernels][threads]") {
  std::set<std::pair<std::int64_t, std::int64_t>> first;
  for (const int count : {1, 2, 7}) {
    const test::Cut threads(count);
    std::mutex mutex;
    std::set<std::pair<std::int64_t, std::int64_t>> pieces;
    parallel_for(103, 10, [&](std::int64_t begin, std::int64_t end) {
      const std::lock_guard lock(mutex);
      pieces.emplace(begin, end);
    });
    CHECK(pieces.size() == 11);
    CHECK(pieces.count({100, 103}) == 1);
    if (count == 1) first = pieces;
    CHECK(pieces == first);
  }
}

TEST_CASE("a long loop runs in several threads", "[kernels][threads]") {
  const test::Cut threads(3);
  std::mutex mutex;
  std::set<std::thread::id> who;
  parallel_for(30, 1, [&](std::int64_t, std::int64_t) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    const std::lock_guard lock(mutex);
    who.insert(std::this_thread::get_id());
  });
  CHECK(who.size() == 3);
}

TEST_CASE("a loop within a piece has its thread alone", "[kernels][threads]") {
  const test::Cut threads(4);
  std::atomic<bool> elsewhere = false;
  parallel_for(8, 1, [&](std::int64_t, std::int64_t) {
    const std::thread::id mine = std::this_thread::get_id();
    parallel_for(8, 1, [&](std::int64_t, std::int64_t) {
      if (std::this_thread::get_id() != mine) elsewhere = true;
    });
  });
  CHECK(!elsewhere);
}

TEST_CASE("what a piece throws arrives after all others", "[kernels][threads]") {
  const test::Cut threads(3);
  std::atomic<int> done = 0;
  const auto loop = [&] {
    parallel_for(50, 1, [&](std::int64_t begin, std::int64_t) {
      ++done;
      if (begin == 7) throw std::runtime_error("seven");
    });
  };
  CHECK(test::error_of<std::runtime_error>(loop) == "seven");
  CHECK(done == 50);
  CHECK(all_once(visits(1000, 10)));
}

TEST_CASE("several threads may have loops at a time", "[kernels][threads]") {
  const test::Cut count(3);
  std::atomic<bool> right = true;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 200; ++round) {
        if (!all_once(visits(500, 10))) right = false;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(right);
}

TEST_CASE("a forked child has threads of its own", "[kernels][threads][fork]") {
  const test::Cut threads(2);
  CHECK(all_once(visits(1000, 10)));
  const pid_t child = ::fork();
  if (child == 0) ::_exit(all_once(visits(1000, 10)) ? 0 : 1);
  int status = -1;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(status == 0);
}

TEST_CASE("a number of threads that can't be is refused", "[kernels][threads]") {
  const int before = num_threads();
  CHECK(before >= 1);
  for (const int count : {0, -1, 1025}) {
    CHECK(test::contains(test::error_of([&] { set_num_threads(count); }),
                         "set_num_threads: " + std::to_string(count) + " threads"));
  }
  CHECK(num_threads() == before);
}

}  // namespace
}  // namespace tapegrad::kernels
