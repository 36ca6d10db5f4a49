// The thread that encodes and writes, and the queue in front of it.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
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
  float value;
};
struct HistogramItem {
  Tensor values;
};
/// A message that was cheap or rare enough to be encoded at once.
struct EncodedItem {
  std::string event;
};
struct Item {
  Stamp stamp;
  std::string tag;
  std::variant<ScalarItem, HistogramItem, EncodedItem> what;
};

class EventQueue {
 public:
  EventQueue(std::string path, const WriterOptions& options, double wall_time);
  EventQueue(const EventQueue&) = delete;
  EventQueue& operator=(const EventQueue&) = delete;
  /// Writes what waits.
  ~EventQueue();

  const std::string& path() const { return file_.path(); }
  /// Rethrows what the thread failed with.
  void push(Item item);
  void flush();

 private:
  void run();
  void write(std::vector<Item>& items, bool sync);
  void rethrow();
  std::size_t half_full() const { return (options_.max_waiting + 1) / 2; }

  RecordFile file_;
  WriterOptions options_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable done_;
  std::vector<Item> waiting_;
  std::uint64_t flushes_asked_ = 0;
  std::uint64_t flushes_done_ = 0;
  bool writing_ = false;
  bool stop_ = false;
  std::exception_ptr error_;
  std::thread thread_;
};

}  // namespace tapegrad::summary
