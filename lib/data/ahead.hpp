// Threads that load what is asked for later, in order. What a batch is made of is not known here.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "tapegrad/data/batch.hpp"

namespace tapegrad::data {

/// Loads the batches [first, end), of which there is one, at most `limit` of them ahead of the one
/// that take() gives next.
class Ahead {
 public:
  using Load = std::function<Batch(std::int64_t)>;

  Ahead(std::int64_t first, std::int64_t end, int workers, std::int64_t limit, Load load);
  Ahead(const Ahead&) = delete;
  Ahead& operator=(const Ahead&) = delete;
  /// Waits for the batches that are being loaded, and begins no other.
  ~Ahead() { stop(); }

  /// The next batch, of which the caller knows that there is one; throws what loading it threw.
  Batch take();

 private:
  struct Loaded {
    Batch batch;
    std::exception_ptr error;
  };

  std::optional<Loaded>& place_of(std::int64_t number);
  void work();
  Loaded loaded(std::int64_t number) const;
  void stop();

  const Load load_;
  const std::int64_t end_;
  const std::int64_t limit_;
  std::mutex mutex_;  // of all that follows
  std::condition_variable room_;
  std::condition_variable arrival_;
  // Of batch n in place n modulo their number: there is one for each that may be loaded, so that a
  // worker takes no memory for what it hands over.
  std::vector<std::optional<Loaded>> places_;
  std::int64_t next_to_load_;
  std::int64_t next_to_give_;
  bool stopped_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace tapegrad::data
