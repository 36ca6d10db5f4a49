// The thread that encodes and writes, and the queue in front of it.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "summary/events.hpp"
#include "summary/record_file.hpp"

namespace tapegrad::summary {

// What waits in the queue: raw values, so that the training thread encodes nothing.
struct ScalarItem {
  Stamp stamp;
  std::string tag;
  float value;
};
struct HistogramItem {
  Stamp stamp;
  std::string tag;
  Tensor values;
};
/// A message that was cheap or rare enough to be encoded at once.
struct EncodedItem {
  std::string event;
};
using Item = std::variant<ScalarItem, HistogramItem, EncodedItem>;

class EventQueue {
 public:
  /// Throws Error, and leaves no file, if no thread can be made.
  EventQueue(std::string path, const WriterOptions& options, double wall_time);
  EventQueue(const EventQueue&) = delete;
  EventQueue& operator=(const EventQueue&) = delete;
  /// Writes what waits. Not for the child of a fork().
  ~EventQueue();

  /// Whether this is the process that made it; the thread doesn't live in children.
  bool at_home() const;
  /// Rethrows what the thread failed with.
  void push(Item item);
  void flush();

 private:
  void run();
  void write(std::vector<Item>& items, bool sync);
  void rethrow();
  bool full() const {
    return waiting_.size() >= options_.max_waiting || bytes_ >= options_.max_waiting_bytes;
  }
  bool half_full() const {
    return 2 * waiting_.size() >= options_.max_waiting || 2 * bytes_ >= options_.max_waiting_bytes;
  }

  RecordFile file_;
  WriterOptions options_;
  unsigned forks_before_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable done_;
  std::vector<Item> waiting_;
  std::size_t bytes_ = 0;  // of what waits and of what the thread is writing
  std::uint64_t flushes_asked_ = 0;
  std::uint64_t flushes_done_ = 0;
  bool stop_ = false;
  std::exception_ptr error_;
  std::thread thread_;
};

/// Ends a queue: writes what waits, or only forgets it in the child of a fork().
void close_queue(std::unique_ptr<EventQueue>& queue);

}  // namespace tapegrad::summary
