// The thread that encodes and writes, and the queue in front of it.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
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
  Stamp stamp;
  std::string event;
};
/// Files beside the events, which couldn't be written when they were made; `write` throws IoError
/// as long as they can't.
struct FilesItem {
  Stamp stamp;
  std::size_t bytes;
  std::function<void()> write;
};
using Item = std::variant<ScalarItem, HistogramItem, EncodedItem, FilesItem>;

/// When a file must be there.
enum class Begin { now, when_possible };

/// Events for which there was no room while the file couldn't be written.
struct Losses {
  std::size_t events = 0;
  std::int64_t first_step = 0;
  std::int64_t last_step = 0;

  void count(std::int64_t step);
};

/// A file that can't be written, as on a full disk, is tried again: by itself, at each flush() and
/// at the end. What is pushed waits in the meantime; what finds no room is lost.
class EventQueue {
 public:
  /// Throws Error if no thread can be made, IoError if the file can't, and leaves no file. With
  /// Begin::when_possible a full disk is waited for as it is later on.
  EventQueue(std::string path, const WriterOptions& options, double wall_time,
             Begin begin = Begin::now);
  EventQueue(const EventQueue&) = delete;
  EventQueue& operator=(const EventQueue&) = delete;
  /// Writes what waits. Not for the child of a fork().
  ~EventQueue();

  /// Whether this is the process that made it; the thread doesn't live in children.
  bool in_owner_process() const;
  /// Throws IoError when the file is gone.
  void push(Item item);
  /// Throws IoError also when the file can't be written now, and once after events were lost.
  void flush();
  /// Whether a FilesItem waits.
  bool has_files();

 private:
  /// Why writing failed, if it did.
  struct Attempt {
    std::string failure = {};
    bool gone = false;
  };

  void run();
  void start(double wall_time, Begin begin);
  void write(std::vector<Item>& items, bool sync);
  bool write_files(const FilesItem& files, std::string& failure);
  void put_back(std::vector<Item>& items, std::size_t taken);
  Attempt try_to_write(std::vector<Item>& items, bool sync);
  void check_not_gone() const;
  bool full() const {
    return waiting_.size() + returning_ >= options_.max_waiting ||
           bytes_ >= options_.max_waiting_bytes;
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
  std::size_t bytes_ = 0;      // of what waits and of what the thread is writing
  std::size_t returning_ = 0;  // events that the thread tries again, and may put back
  std::size_t files_ = 0;      // items of files that aren't written yet
  std::uint64_t flushes_asked_ = 0;
  std::uint64_t flushes_done_ = 0;
  bool stop_ = false;
  bool gone_ = false;          // for ever
  std::string failure_;        // of the last attempt to write
  std::string flush_failure_;  // of the last that was a flush
  Losses losses_;
  std::string unwritten_;          // the thread's: records that failed
  std::size_t written_files_ = 0;  // the thread's: in its last attempt
  std::thread thread_;
};

/// Ends a queue: writes what waits, or only forgets it in the child of a fork().
void close_queue(std::unique_ptr<EventQueue>& queue);

}  // namespace tapegrad::summary
